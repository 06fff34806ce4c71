// Starting without waste: hundreds of modules are loaded, which costs time and leaves memory behind that is never needed again.
import { enableCompileCache } from 'node:module'
import { homedir } from 'node:os'
import path from 'node:path'
import { setFlagsFromString } from 'node:v8'

/**
 * Keeps compiled code in the user's cache folder, for this thread and, through the environment, for those started later: the next start is
 * quicker, and no thread loads the compiler of TypeScript, which takes about 15 MB in each. `NODE_COMPILE_CACHE` names another folder and
 * `NODE_DISABLE_COMPILE_CACHE=1` turns it off, as Node has it. A folder that cannot be written means no cache, nothing else.
 */
export function useCompileCache(env: NodeJS.ProcessEnv = process.env): void {
  const folder = env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache')
  env['NODE_COMPILE_CACHE'] ??= path.join(folder, 'millrace', 'compile')
  enableCompileCache(env['NODE_COMPILE_CACHE'])
}

/**
 * Holds V8's space for young objects at its first size while modules are loaded, or lets it grow again. Loading would double it to 20 MB, and
 * it never shrinks.
 */
export function holdYoungSpace(isHeld: boolean): void {
  setFlagsFromString(`--semi-space-growth-factor=${isHeld ? 1 : 2}`)
}
