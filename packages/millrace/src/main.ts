// Entry of the command line. What it does stands in command-line.ts, which is loaded when its compiled code can come from the cache.
import { holdYoungSpace, useCompileCache } from './frugal-start.ts'

useCompileCache()
holdYoungSpace(true)
await import('./command-line.ts')
