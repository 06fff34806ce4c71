// Generates proto/generated from question.proto with the pinned buf and protoc-gen-es; nothing generated is edited by hand.
// usage: node proto/generate.ts [--check]   (--check writes nothing and fails when the generated files are stale)
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const here = import.meta.dirname
const bin = path.join(here, '..', 'node_modules', '.bin')
const out = path.join(here, 'generated')

function buf(args: string[]): void {
  execFileSync(path.join(bin, 'buf'), args, {
    cwd: here,
    stdio: 'inherit',
    // buf starts protoc-gen-es, and that starts node, by name
    env: { ...process.env, PATH: bin + path.delimiter + (process.env.PATH ?? '') },
  })
}

buf(['lint'])
if (process.argv.includes('--check')) {
  const scratch = mkdtempSync(path.join(tmpdir(), 'proto-'))
  try {
    buf(['generate', '--output', scratch])
    const fresh = path.join(scratch, 'generated')
    const stale = readdirSync(fresh).filter(
      (name) => readFileSync(path.join(fresh, name), 'utf8') !== readFileSync(path.join(out, name), 'utf8'),
    )
    if (stale.length > 0) {
      console.error(`generated files are stale: ${stale.join(', ')}; run "node proto/generate.ts"`)
      process.exit(1)
    }
    console.log('proto: generated files are fresh')
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
} else buf(['generate'])
