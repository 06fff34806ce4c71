// The rules of the house, each a function from plan and files to findings. An empty list means that the house is in order.
import type { HouseFile, HousePlan, Room } from './house.ts'

/** The most lines a source file may have; generated tables are exempt. */
export const MAX_LINES = 500

/** All findings, one sentence each, sorted by place. */
export function findings(plan: HousePlan, files: readonly HouseFile[]): string[] {
  return [
    ...arrowsBetweenPackages(plan, files),
    ...arrowsBetweenRooms(plan, files),
    ...cyclesOfRooms(plan),
    ...cyclesOfFiles(files),
    ...contracts(plan, files),
    ...names(plan, files),
    ...sizes(files),
  ].sort()
}

function packageOf(plan: HousePlan, file: string): string | undefined {
  return Object.keys(plan.packages).find((folder) => file.startsWith(`${folder}/`))
}

/** The room of a file: the longest room path that holds it. */
export function roomOf(plan: HousePlan, file: string): Room | undefined {
  return plan.rooms
    .filter((room) => file === room.path || file.startsWith(`${room.path}/`))
    .sort((a, b) => b.path.length - a.path.length)[0]
}

function arrowsBetweenPackages(plan: HousePlan, files: readonly HouseFile[]): string[] {
  const out: string[] = []
  const names = new Map(Object.values(plan.packages).map((entry) => [entry.name, entry]))
  const own = [...names.keys(), '@millrace/proto', '@millrace/servers']
  for (const file of files) {
    const folder = packageOf(plan, file.path) as string
    const allowed = plan.packages[folder]?.imports ?? []
    for (const { specifier, target } of file.imports) {
      if (target !== null && !target.startsWith(`${folder}/`))
        out.push(`${file.path}: imports ${specifier}, a file outside its package`)
      const name = own.find((candidate) => specifier === candidate || specifier.startsWith(`${candidate}/`))
      if (name === undefined) continue
      if (specifier !== name)
        out.push(`${file.path}: imports ${specifier}; packages are imported through their index only`)
      else if (!allowed.includes(name)) out.push(`${file.path}: ${folder} may not import ${name}`)
    }
  }
  return out
}

function arrowsBetweenRooms(plan: HousePlan, files: readonly HouseFile[]): string[] {
  const out: string[] = []
  const inRooms = plan.rooms.map((room) => packageOf(plan, room.path))
  for (const file of files) {
    const room = roomOf(plan, file.path)
    if (room === undefined) {
      // a package that has rooms has nothing outside them but its index
      if (
        inRooms.includes(packageOf(plan, file.path)) &&
        !/\/src\/(index|plugins)\.ts$/.test(file.path) &&
        !file.path.includes('packages/millrace')
      )
        out.push(`${file.path}: belongs to no room of tools/rooms/rooms.json`)
      continue
    }
    for (const { target } of file.imports) {
      if (target === null || plan.contracts.includes(target)) continue
      const other = roomOf(plan, target)
      if (other === undefined) {
        if (target.endsWith('/src/index.ts')) out.push(`${file.path}: imports its own package's index`)
        continue
      }
      if (other !== room && !room.imports.includes(other.path))
        out.push(`${file.path}: ${room.path} may not import ${other.path} (${target})`)
    }
  }
  return out
}

function cyclesOfRooms(plan: HousePlan): string[] {
  return cycles(new Map(plan.rooms.map((room) => [room.path, [...room.imports]]))).map(
    (cycle) => `rooms.json: cycle of rooms ${cycle}`,
  )
}

function cyclesOfFiles(files: readonly HouseFile[]): string[] {
  const graph = new Map(
    files.map((file) => [
      file.path,
      file.imports.flatMap(({ target, isTypeOnly }) => (target === null || isTypeOnly ? [] : [target])),
    ]),
  )
  return cycles(graph).map((cycle) => `cycle of imports ${cycle}`)
}

function cycles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = []
  const state = new Map<string, 'open' | 'done'>()
  const visit = (node: string, trail: readonly string[]): void => {
    if (state.get(node) === 'done') return
    if (state.get(node) === 'open') {
      found.push([...trail.slice(trail.indexOf(node)), node].join(' → '))
      return
    }
    state.set(node, 'open')
    for (const next of graph.get(node) ?? []) if (graph.has(next)) visit(next, [...trail, node])
    state.set(node, 'done')
  }
  for (const node of graph.keys()) visit(node, [])
  return found
}

function contracts(plan: HousePlan, files: readonly HouseFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  return plan.contracts.flatMap((contract) => {
    const file = byPath.get(contract)
    if (file === undefined) return [`${contract}: a contract file that is not there`]
    return file.isTypesOnly ? [] : [`${contract}: a contract file holds types and words, no code`]
  })
}

function names(plan: HousePlan, files: readonly HouseFile[]): string[] {
  return files
    .filter((file) => file.path.split('/').some((part) => plan.bannedNames.includes(part.replace(/\.ts$/, ''))))
    .map((file) => `${file.path}: a name that tells nothing (${plan.bannedNames.join(', ')} are banned)`)
}

function sizes(files: readonly HouseFile[]): string[] {
  return files
    .filter((file) => file.lines > MAX_LINES && !/generated/.test(file.path))
    .map(
      (file) =>
        `${file.path}: ${file.lines} lines, more than ${MAX_LINES}: split by the state or duty that each part owns`,
    )
}
