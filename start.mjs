// What `npm start` runs: server.ts, with what a start compiles kept beside the build. A third of a start is
// compiling. It is kept as a process ends, and by `npm run build`; where nothing can be written, nothing is
// kept. In plain JavaScript, since that of TypeScript could not be.
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

// Good for a copy of the folder too, as an image is made of it.
process.env.NODE_COMPILE_CACHE_PORTABLE ??= '1'
enableCompileCache(join(import.meta.dirname, '.next/compile-cache'))
// Each look-up of a name takes one of these threads until it is answered, and no more than half of them may be
// taken by look-ups. Of four, two names whose servers are silent would keep everybody from being asked.
process.env.UV_THREADPOOL_SIZE ??= '16'
await import('./server.ts')
