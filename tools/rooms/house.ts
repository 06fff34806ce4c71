// Reads the source files of the house and the arrows between them: what the rules of rules.ts are asked of.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'

/** One room: a folder (or a file at a package's root) with one duty, and the rooms it may import from. */
export interface Room {
  readonly path: string
  readonly duty: string
  readonly imports: readonly string[]
}

/** The table in rooms.json. */
export interface HousePlan {
  readonly packages: Readonly<Record<string, { readonly name: string; readonly imports: readonly string[] }>>
  readonly rooms: readonly Room[]
  /** Contract files: no code in them, importable from every room of their package. */
  readonly contracts: readonly string[]
  readonly bannedNames: readonly string[]
}

/** One source file. Paths are relative to the root, with forward slashes. */
export interface HouseFile {
  readonly path: string
  readonly lines: number
  /** Import specifiers as written; relative ones also resolved. */
  readonly imports: readonly {
    readonly specifier: string
    readonly target: string | null
    readonly isTypeOnly: boolean
  }[]
  /** True when nothing is left of the file once types are stripped. */
  readonly isTypesOnly: boolean
}

/** Reads rooms.json. */
export function readPlan(file: string): HousePlan {
  return JSON.parse(readFileSync(file, 'utf8')) as HousePlan
}

/** All source files of the plan's packages below `root`: `src/**` without tests. */
export function readFiles(root: string, plan: HousePlan): HouseFile[] {
  const files: HouseFile[] = []
  for (const folder of Object.keys(plan.packages))
    for (const file of walk(path.join(root, folder, 'src')))
      if (file.endsWith('.ts') && !file.endsWith('.test.ts')) files.push(readFile(root, path.relative(root, file)))
  return files
}

function* walk(folder: string): Generator<string> {
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch {
    return
  }
  for (const name of names.sort()) {
    const file = path.join(folder, name)
    if (statSync(file).isDirectory()) yield* walk(file)
    else yield file
  }
}

/** Reads one file and its imports; `new URL('./x.ts', import.meta.url)` (a worker's entry) counts as one. */
export function readFile(root: string, relative: string): HouseFile {
  const text = readFileSync(path.join(root, relative), 'utf8')
  return parseFile(relative.split(path.sep).join('/'), text)
}

/** Parses a file's text. */
export function parseFile(relative: string, text: string): HouseFile {
  const source = ts.createSourceFile(relative, text, ts.ScriptTarget.Latest, true)
  const imports: HouseFile['imports'][number][] = []
  const add = (specifier: string, isTypeOnly: boolean) => {
    const target = specifier.startsWith('.')
      ? path.posix.normalize(path.posix.join(path.posix.dirname(relative), specifier))
      : null
    imports.push({ specifier, target, isTypeOnly })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier))
      add(node.moduleSpecifier.text, node.importClause?.isTypeOnly === true)
    else if (
      ts.isExportDeclaration(node) &&
      node.moduleSpecifier !== undefined &&
      ts.isStringLiteral(node.moduleSpecifier)
    )
      add(node.moduleSpecifier.text, node.isTypeOnly)
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [first] = node.arguments
      if (first !== undefined && ts.isStringLiteral(first)) add(first.text, false)
    } else if (
      ts.isNewExpression(node) &&
      node.expression.getText() === 'URL' &&
      node.arguments?.[1]?.getText() === 'import.meta.url'
    ) {
      const [first] = node.arguments
      if (first !== undefined && ts.isStringLiteral(first) && first.text.endsWith('.ts')) add(first.text, false)
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  const stripped = ts.transpileModule(text, {
    compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext, removeComments: true },
  })
  return {
    path: relative,
    lines: text.split('\n').length,
    imports,
    isTypesOnly: stripped.outputText.trim() === 'export {};',
  }
}
