// Server binaries out of Debian packages, without installing them: apt resolves and lists the .deb files of another suite against an empty
// system, they are unpacked into a private cache folder, and the programs in them run with their own loader and libraries.
import { execFile } from 'node:child_process'
import { createWriteStream, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { cacheFolder } from './place.ts'

const run = promisify(execFile)

/** What to unpack. */
export interface DebianSet {
  /** Folder name in the cache. */
  readonly name: string
  /** Debian suite that has the packages: `sid`, `trixie`. */
  readonly suite: string
  readonly packages: readonly string[]
  /** Packages (by name prefix) that apt would add but the servers do not need. */
  readonly without: readonly string[]
  /** A file that exists once the set is unpacked, below its root. */
  readonly proof: string
}

/** An unpacked set: run programs of it by {@link DebianTree.command}. */
export class DebianTree {
  readonly root: string
  /** Up to Debian 12 there are two places: /lib is not yet a link to /usr/lib inside of the packages. */
  readonly #libraries: readonly string[]

  constructor(root: string) {
    this.root = root
    const triplet = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu'
    this.#libraries = ['usr/lib', 'lib'].map((place) => path.join(root, place, triplet))
  }

  /** Absolute path of a file of the tree. */
  file(relative: string): string {
    return path.join(this.root, relative)
  }

  /** Command and first arguments that run a program of the tree with the tree's own loader. */
  command(program: string): { readonly command: string; readonly args: readonly string[] } {
    const loader = process.arch === 'arm64' ? 'ld-linux-aarch64.so.1' : 'ld-linux-x86-64.so.2'
    const places = [
      ...this.#libraries.map((folder) => path.join(folder, loader)),
      path.join(this.root, 'usr/lib64', loader),
    ]
    const command = places.find((place) => existsSync(place)) ?? (places.at(-1) as string)
    return { command, args: ['--library-path', this.#libraries.join(':'), path.join(this.root, program)] }
  }
}

/** The mirror that the machine's own apt uses, as a URL. */
async function mirrorOfApt(): Promise<string> {
  const { stdout } = await run('apt-get', ['indextargets', '--format', '$(REPO_URI)']).catch(() => ({ stdout: '' }))
  const mirror = stdout.split('\n').find((line) => /\/debian\/?$/.test(line.trim()))
  if (mirror === undefined)
    throw new Error(
      'No Debian mirror in the configuration of apt: run "apt-get update" once, or give the address of a running server (see README, "Your own MySQL").',
    )
  return mirror.trim()
}

async function download(url: string, folder: string): Promise<string> {
  const target = path.join(folder, decodeURIComponent(path.basename(new URL(url).pathname)))
  if (existsSync(target)) return target
  const answer = await fetch(url)
  if (!answer.ok || answer.body === null)
    throw new Error(`Download of ${path.basename(target)} failed: HTTP ${answer.status}`)
  await pipeline(
    Readable.fromWeb(answer.body as Parameters<typeof Readable.fromWeb>[0]),
    createWriteStream(`${target}.part`),
  )
  renameSync(`${target}.part`, target)
  return target
}

/** Lists the .deb URLs that apt would fetch for the set on an empty system. */
async function urlsOf(set: DebianSet, folder: string): Promise<string[]> {
  for (const sub of ['lists/partial', 'cache/archives/partial']) mkdirSync(path.join(folder, sub), { recursive: true })
  writeFileSync(path.join(folder, 'status'), '')
  writeFileSync(path.join(folder, 'sources.list'), `deb [trusted=yes] ${await mirrorOfApt()} ${set.suite} main\n`)
  const options = [
    `-oDir::Etc::sourcelist=${folder}/sources.list`,
    '-oDir::Etc::sourceparts=/dev/null',
    `-oDir::State::Lists=${folder}/lists`,
    `-oDir::State::status=${folder}/status`,
    `-oDir::Cache=${folder}/cache`,
    // the unprivileged download user cannot read a private folder
    '-oAPT::Sandbox::User=root',
  ]
  await run('apt-get', [...options, 'update', '-q'])
  const { stdout } = await run(
    'apt-get',
    [...options, 'install', '-y', '--no-install-recommends', '--print-uris', ...set.packages],
    {
      maxBuffer: 1 << 24,
    },
  )
  return [...stdout.matchAll(/'([^']+\.deb)'/g)]
    .map((match) => match[1] as string)
    .filter((url) => !set.without.some((name) => path.basename(url).startsWith(name)))
}

/** Unpacks the set into the cache unless it is there, and returns its tree. Safe to call by several processes. */
export async function debianTree(set: DebianSet, log: (line: string) => void = () => {}): Promise<DebianTree> {
  const root = path.join(cacheFolder(), set.name)
  if (existsSync(path.join(root, set.proof))) return new DebianTree(root)
  log(`fetching ${set.packages.join(', ')} from Debian ${set.suite} (once)`)
  // unpacked beside its place and renamed at the end: a half-unpacked tree is never seen
  const work = cacheFolder(`${set.name}.work-${process.pid}`)
  try {
    const urls = await urlsOf(set, work)
    const debs = cacheFolder('debs')
    const queue = [...urls]
    const files: string[] = []
    const worker = async () => {
      for (let url = queue.shift(); url !== undefined; url = queue.shift()) files.push(await download(url, debs))
    }
    await Promise.all([worker(), worker(), worker(), worker()])
    const tree = path.join(work, 'tree')
    mkdirSync(tree)
    for (const file of files) await run('dpkg-deb', ['-x', file, tree])
    if (!existsSync(path.join(tree, set.proof)))
      throw new Error(`Debian's packages for ${set.name} do not hold ${set.proof}`)
    if (!existsSync(root)) renameSync(tree, root)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  return new DebianTree(root)
}
