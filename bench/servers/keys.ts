import { createKey } from '#lib/api-keys'

// Prints so many new API keys, as JSON.
const count = Number(process.argv[2] ?? 1)
const keys: (string | undefined)[] = []
for (let n = 0; n < count; n += 1)
  keys.push((await createKey({ name: `Bench ${n}`, providers: ['*'] }))?.key)
console.log(JSON.stringify(keys))
