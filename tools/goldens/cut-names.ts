// Expectations that depend on where a check runs.

const MYSQL_USER_CHARS = 48

/**
 * MySQL shows 48 characters of a user's name. Where a name is a reference to a file, what is left of it depends on the folder's length: the
 * recording's is replaced by what MySQL shows of the same reference to the folder of this run. `text`: a golden file.
 */
export function withCutNames(text: string, secrets: string): string {
  return text.replaceAll(
    /(Access denied for user ')(\$\{file:\{\{SECRETS\}\}[^']*)(?=')/g,
    (whole, head: string, cut: string) => {
      const start = text.indexOf(`\\"${cut}`) + 2 // in a request's body, which is text inside JSON
      const end = text.indexOf('}\\"', start + cut.length - 1)
      if (start < 2 || end < 0) return whole
      const full = text.slice(start, end + 1).replace('{{SECRETS}}', secrets)
      return head + full.slice(0, MYSQL_USER_CHARS).replace(secrets, '{{SECRETS}}')
    },
  )
}
