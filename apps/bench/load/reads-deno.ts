/** Compares `store.read` with a read by hand on Deno KV. Deno runs it with a file and a number. */
import process from 'node:process'
import { ROUTE_LENGTH } from '@limen/core/store-kit'
import { type Kv, denoKvStore } from '@limen/deno'
import { type ByHand, compare, fill, plain } from '../../../packages/sql/test/load-compare.ts'

const [path = '', sessions = '0'] = process.argv.slice(2)
const kv = await (
  globalThis as unknown as { Deno: { openKv(at: string): Promise<Kv & { close(): void }> } }
).Deno.openKv(path)
const store = denoKvStore(kv)
const ids = await fill(store, Number(sessions))

const sessionKey = (id: string) => ['by-hand', 'session', id]
const userKey = (id: string) => ['by-hand', 'user', id.slice(0, ROUTE_LENGTH)]
for (const id of ids) {
  const { session, user } = (await plain(store).read(id, { consistency: 'strong' }))!
  await kv.atomic().set(sessionKey(id), session).set(userKey(id), user).commit()
}

const comparison = await compare(
  {
    store,
    ids,
    async byHand(id): Promise<ByHand | undefined> {
      const [session, user] = await kv.getMany<[ByHand, ByHand]>([sessionKey(id), userKey(id)])
      return session.value && user.value
        ? { ...session.value, user_attributes: user.value.attributes }
        : undefined
    },
  },
  true,
)
process.stdout.write(JSON.stringify(comparison))
kv.close()
