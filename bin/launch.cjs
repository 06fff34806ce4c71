// Runs a TypeScript entry of this repository on the pinned Node, whatever Node the host has (18 and newer).
// usage: node bin/launch.cjs ENTRY.ts [arguments]. CommonJS and plain syntax on purpose: an old Node must be able to read it.
'use strict'
const { spawn } = require('node:child_process')
const { existsSync } = require('node:fs')
const path = require('node:path')

const MIN_MAJOR = 24
const root = path.join(__dirname, '..')

/** The Node binary to use: the pinned package, else the host's own when new enough, else null. */
function findNode() {
  const platform = process.platform === 'win32' ? 'win' : process.platform
  const name = `node-${platform}-${process.arch}`
  const file = process.platform === 'win32' ? 'bin/node.exe' : 'bin/node'
  try {
    return require.resolve(`${name}/${file}`, { paths: [root] })
  } catch {
    const direct = path.join(root, 'node_modules', name, file)
    if (existsSync(direct)) return direct
  }
  return Number(process.versions.node.split('.')[0]) >= MIN_MAJOR ? process.execPath : null
}

const node = findNode()
if (node === null) {
  console.error(
    `Millrace needs Node ${MIN_MAJOR} or newer; this is ${process.version} and the pinned Node was not installed.\n` +
      `Run "npm ci" (without --omit=optional) in ${root}, or install Node ${MIN_MAJOR}.`,
  )
  process.exit(1)
}
const [entry, ...args] = process.argv.slice(2)
if (entry === undefined) {
  console.error('usage: node bin/launch.cjs ENTRY.ts [arguments]')
  process.exit(2)
}
const child = spawn(node, ['--disable-warning=ExperimentalWarning', path.resolve(root, entry), ...args], {
  stdio: 'inherit',
  // children that run `node` by name must find the pinned one first
  env: { ...process.env, PATH: path.dirname(node) + path.delimiter + (process.env.PATH || '') },
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => {
  if (signal !== null) {
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  } else process.exit(code === null ? 1 : code)
})
