/** Run by `deno test`: the errors of the store on a real Deno KV. */
import { DatabaseSync } from 'node:sqlite'
import { recordsFor } from '@limen/conformance'
import { limen } from '@limen/core'
import { type Kv, denoKvStore } from '@limen/deno'
import { anyStore, equal, failureOf, inFile, withKv } from './kv.ts'

Deno.test('P4: a KV that fails is AUTH_STORE_UNAVAILABLE, with its cause', async () => {
  const down = new Error('KV is down')
  const kv = new Proxy({} as Kv, { get: () => () => Promise.reject(down) })
  const auth = limen({ store: denoKvStore(kv) })
  const token = `${'r'.repeat(22)}${'i'.repeat(22)}.${'s'.repeat(43)}`
  const error = await auth.validateSession(token).catch((thrown: unknown) => thrown)
  equal((error as { code: string }).code, 'AUTH_STORE_UNAVAILABLE')
  equal((error as Error).message, 'Deno KV: KV is down', 'message')
  equal((error as Error).cause === down, true, 'cause')
})

Deno.test('attributes that are too large are AUTH_RECORD_TOO_LARGE, and nothing is stored', () =>
  withKv(':memory:', async (kv) => {
    const auth = limen({ store: denoKvStore<{ name: string }, { note: string }>(kv) })
    const huge = 'x'.repeat(70_000)
    const code = (work: Promise<unknown>) =>
      work.then(
        () => 'none',
        (thrown: { code?: string }) => thrown.code,
      )
    equal(
      await code(auth.createUser({ userId: 'eve', attributes: { name: huge } })),
      'AUTH_RECORD_TOO_LARGE',
    )
    equal(await auth.getUser('eve'), null, 'no user')
    const user = await auth.createUser({ attributes: { name: 'Ada' } })
    const create = auth.createSession({ userId: user.userId, attributes: { note: huge } })
    equal(await code(create), 'AUTH_RECORD_TOO_LARGE')
    equal(await auth.getAllUserSessions(user.userId), [], 'no session')
    equal(
      await code(auth.updateUserAttributes(user.userId, { name: huge })),
      'AUTH_RECORD_TOO_LARGE',
    )
    equal((await auth.getUser(user.userId))?.userId, user.userId, 'the user is as before')
  }))

Deno.test('A6: denoKvStore() rejects a value that is not a Deno KV', () =>
  withKv(':memory:', async (kv) => {
    for (const [given, got] of [
      [undefined, 'undefined'],
      [null, 'null'],
      ['kv', 'a string'],
      [7, '7'],
      [{}, 'an object'],
      [new Map(), 'an object of the class Map'],
      [Deno.openKv, 'an async function or a generator'],
      [Promise.resolve(kv), 'a promise: await Deno.openKv()'],
    ] as const) {
      equal(await failureOf(() => denoKvStore(given as unknown as Kv)), [
        'AUTH_CONFIG',
        `denoKvStore() needs what Deno.openKv() returns (got ${got})`,
      ])
    }
    denoKvStore(kv)
  }))

Deno.test('E2: limits of Deno KV are AUTH_STORE_REJECTED or AUTH_RECORD_TOO_LARGE, with its message', () =>
  withKv(':memory:', async (kv) => {
    const store = anyStore(kv)
    const record = await recordsFor(store)
    await store.createUser({ id: 'ada', attributes: {} })
    await store.insert(record('a') as never)
    const note = 'private'.repeat(10_000)
    const tooLarge = [
      'AUTH_RECORD_TOO_LARGE',
      'Deno KV: the attributes are too large: a record can have at most 64 KiB',
    ]
    equal(await failureOf(() => store.createUser({ id: 'eve', attributes: { note } })), tooLarge)
    equal(await failureOf(() => store.updateUser('ada', { note })), tooLarge)
    equal(await failureOf(() => store.update(record('a').id, { note })), tooLarge)
    equal(await failureOf(() => store.insert({ ...record('b'), attributes: { note } })), tooLarge)
    equal(await store.readUser('ada'), { id: 'ada', attributes: {} })

    const long = record('a').id.padEnd(3000, 'x')
    const read = () => store.read(long, { consistency: 'strong' })
    equal(await failureOf(read), [
      'AUTH_STORE_REJECTED',
      'Deno KV: Key too large for read (max 2049 bytes)',
    ])
    equal(await failureOf(() => store.delete(long)), [
      'AUTH_STORE_REJECTED',
      'Deno KV: Key too large for write (max 2048 bytes)',
    ])
    const secret = () => 'private'
    equal(await failureOf(() => store.updateUser('ada', { secret })), [
      'AUTH_STORE_REJECTED',
      'Deno KV: an attribute cannot be stored',
    ])
    equal(await failureOf(() => store.insert(record('a') as never)), [
      'AUTH_STORE_REJECTED',
      'Deno KV: the session id is taken',
    ])
    const replaces = record('a').id
    const replacement = { ...record('b'), attributes: { note } }
    equal(await failureOf(() => store.insert(replacement, { replaces })), tooLarge)
    equal((await store.listByUser('ada')).length, 1, 'the session is not replaced')
    const forever = { ...record('c'), idlePeriodExpiresAt: 1e17 }
    equal((await failureOf(() => store.insert(forever as never)))[0], 'AUTH_STORE_REJECTED')

    // Limits of the engine that no call of the store can reach.
    for (const act of [
      (atomic: Deno.AtomicOperation) => {
        for (let n = 0; n < 1001; n++) atomic.delete(['a', n])
      },
      (atomic: Deno.AtomicOperation) => {
        for (let n = 0; n < 101; n++) atomic.check({ key: ['a', n], versionstamp: null })
      },
      (atomic: Deno.AtomicOperation) => {
        for (let n = 0; n < 20; n++) atomic.set(['a', n], 'x'.repeat(60_000))
      },
    ]) {
      const overdone = {
        get: () => Promise.reject(new Error('not used')),
        getMany: () => Promise.reject(new Error('not used')),
        list: () => Promise.reject(new Error('not used')),
        atomic() {
          const atomic = kv.atomic()
          act(atomic)
          return atomic
        },
      } as unknown as Kv
      const [code, message] = await failureOf(() => anyStore(overdone).deleteUser('ada'))
      equal(code, 'AUTH_STORE_REJECTED', message)
    }
  }))

Deno.test('E2: a closed database is AUTH_STORE_UNAVAILABLE', async () => {
  const kv = await Deno.openKv(':memory:')
  const store = anyStore(kv)
  kv.close()
  const closed = ['AUTH_STORE_UNAVAILABLE', 'Deno KV: Bad resource ID. The database was closed']
  equal(await failureOf(() => store.readUser('ada')), closed)
  equal(await failureOf(() => store.read('a'.repeat(54), { consistency: 'strong' })), closed)
  equal(await failureOf(() => store.createUser({ id: 'ada', attributes: {} })), closed)
  equal(await failureOf(() => store.deleteByUser('ada', {})), closed)
  equal(await failureOf(() => store.listByUser('ada')), closed)
})

Deno.test('E6: a change is made again after a short lock of another program, and rejects after a long one', () =>
  inFile((path) =>
    withKv(path, async (kv) => {
      const store = anyStore(kv)
      await store.createUser({ id: 'ada', attributes: {} })
      const other = new DatabaseSync(path)
      other.exec('begin immediate')
      const update = store.updateUser('ada', { note: 'x' })
      await new Promise((resolve) => setTimeout(resolve, 200))
      other.exec('rollback')
      equal(await update, true, 'after a short lock')

      other.exec('begin immediate')
      equal(await failureOf(() => store.delete('a'.repeat(44))), [
        'AUTH_STORE_UNAVAILABLE',
        'Deno KV: database is locked',
      ])
      other.exec('rollback')
      other.close()
    }),
  ))
