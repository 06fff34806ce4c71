// Entry of the command line. What it does stands in command-line.ts, which is loaded when its compiled code can come from the cache.
import { useCompileCache } from './compile-cache.ts'

useCompileCache()
await import('./command-line.ts')
