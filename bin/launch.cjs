// Runs a TypeScript entry of this repository on the pinned Node, whatever Node the host has (18 and newer), and installs the packages first
// when they are missing or older than the lock file. CommonJS and plain syntax on purpose: an old Node must be able to read it.
// usage: node bin/launch.cjs ENTRY.ts [arguments]
'use strict'
const { spawn, spawnSync } = require('node:child_process')
const { existsSync, readFileSync } = require('node:fs')
const path = require('node:path')

const MIN_MAJOR = 24
const root = path.join(__dirname, '..')

/** The pinned packages are there and are those of the lock file. */
function isInstalled() {
  try {
    const locked = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')).packages
    const present = JSON.parse(readFileSync(path.join(root, 'node_modules/.package-lock.json'), 'utf8')).packages
    return Object.keys(locked).every((name) => {
      if (name === '' || locked[name].link || !name.startsWith('node_modules/')) return true
      if (locked[name].optional && present[name] === undefined) return true
      return present[name] !== undefined && present[name].version === locked[name].version
    })
  } catch {
    return false
  }
}

/** npm ci. An npm on Node 18 leaves out native packages that want Node 20 or newer, so npm itself then runs on the pinned major. */
function install() {
  const hostMajor = Number(process.versions.node.split('.')[0])
  const isWindows = process.platform === 'win32'
  const args = hostMajor >= 20 ? ['ci', '--no-audit', '--no-fund', '--loglevel=error'] : null
  console.error('Installing the packages of package-lock.json (once) …')
  const done =
    args === null
      ? spawnSync('npx', ['-y', '-p', `node@${MIN_MAJOR}`, '-c', 'npm ci --no-audit --no-fund --loglevel=error'], {
          cwd: root,
          stdio: ['ignore', 'ignore', 'inherit'],
          shell: isWindows,
        })
      : spawnSync('npm', args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], shell: isWindows })
  if (done.status !== 0) {
    console.error(
      `npm ci failed in ${root}${done.error ? `: ${done.error.message}` : ''}. Look at the lines above; then run it again.`,
    )
    process.exit(1)
  }
}

/** The Node binary to use: the pinned package, else the host's own when new enough, else null. */
function findNode() {
  const platform = process.platform === 'win32' ? 'win' : process.platform
  const file = path.join(
    root,
    'node_modules',
    `node-${platform}-${process.arch}`,
    process.platform === 'win32' ? 'bin/node.exe' : 'bin/node',
  )
  if (existsSync(file)) return file
  return Number(process.versions.node.split('.')[0]) >= MIN_MAJOR ? process.execPath : null
}

const [entry, ...args] = process.argv.slice(2)
if (entry === undefined) {
  console.error('usage: node bin/launch.cjs ENTRY.ts [arguments]')
  process.exit(2)
}
if (!isInstalled()) install()
const node = findNode()
if (node === null) {
  console.error(
    `Millrace needs Node ${MIN_MAJOR} or newer; this is ${process.version} and no pinned Node exists for ${process.platform}-${process.arch}.\n` +
      `Install Node ${MIN_MAJOR} and run the command again.`,
  )
  process.exit(1)
}
const child = spawn(node, ['--disable-warning=ExperimentalWarning', path.resolve(root, entry), ...args], {
  stdio: 'inherit',
  // children that run `node` by name must find the pinned one first
  env: { ...process.env, PATH: path.dirname(node) + path.delimiter + (process.env.PATH || '') },
})
// A terminal's Ctrl-C reaches the whole process group: the child stops in order, and this launcher waits for it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (!(signal === 'SIGINT' && process.stdin.isTTY)) child.kill(signal)
  })
}
// npm gone (killed, not Ctrl-C'd): nobody is left to end us, so we end by ourselves.
if (process.env.npm_lifecycle_event !== undefined) {
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) child.kill('SIGTERM')
  }, 500).unref()
}
child.on('exit', (code, signal) => {
  if (signal === null) process.exit(code === null ? 1 : code)
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(name)
  process.kill(process.pid, signal)
})
