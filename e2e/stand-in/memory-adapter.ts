import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider'

/** What one oidc-provider remembers, for as long as its process lives. */
export function memoryAdapter(): AdapterFactory {
  const store = new Map<string, Stored>()
  return (model) => adapterOf(model, store)
}

type Stored = { payload: AdapterPayload; expiresAt: number }

function adapterOf(model: string, store: Map<string, Stored>): Adapter {
  const find = async (id: string) => live(store.get(`${model}:${id}`))
  return {
    find,
    async upsert(id, payload, expiresIn) {
      const expiresAt = expiresIn ? Date.now() + expiresIn * 1000 : Number.POSITIVE_INFINITY
      store.set(`${model}:${id}`, { payload, expiresAt })
    },
    async consume(id) {
      const payload = await find(id)
      if (payload) payload.consumed = Math.floor(Date.now() / 1000)
    },
    async destroy(id) {
      store.delete(`${model}:${id}`)
    },
    async findByUid(uid) {
      return search(model, store, (payload) => payload.uid === uid)
    },
    async findByUserCode(userCode) {
      return search(model, store, (payload) => payload.userCode === userCode)
    },
    async revokeByGrantId(grantId) {
      for (const [key, { payload }] of store)
        if (payload.grantId === grantId && key.startsWith(`${model}:`)) store.delete(key)
    },
  }
}

function search(
  model: string,
  store: Map<string, Stored>,
  matches: (payload: AdapterPayload) => boolean,
): AdapterPayload | undefined {
  for (const [key, stored] of store)
    if (key.startsWith(`${model}:`) && matches(stored.payload)) return live(stored)
  return undefined
}

function live(stored: Stored | undefined): AdapterPayload | undefined {
  return stored && stored.expiresAt > Date.now() ? stored.payload : undefined
}
