import { equal } from 'node:assert/strict'
import { Visitor, describeApp, idleVisitor, isNobodysElse, renews } from 'driver'

describeApp({
  name: 'Nuxt 4',
  folder: import.meta.dirname,
  dev: ['nuxt', 'dev', '--port', '{port}', '--host', 'localhost', '--no-fork'],
  build: ['nuxt', 'build'],
  production: ['node', '.output/server/index.mjs'],
  data: { path: '/api/data' },
  ownCases: [
    { name: 'a route under a rule `swr`', run: (world) => isNobodysElse(world, '/api/swr') },
    { name: 'a cached handler', run: (world) => isNobodysElse(world, '/api/cached') },
    {
      name: 'cached pages and handlers are anonymous for all',
      async run(world) {
        const { visitor } = await idleVisitor(world)
        for (const path of ['/cached', '/api/swr', '/api/cached']) {
          equal((await visitor.get(path)).who, 'anonymous')
          equal((await new Visitor(world.port).get(path)).who, 'anonymous')
        }
        await world.calls()
      },
    },
    { name: 'a rule `headers` that says public', run: (world) => renews(world, '/api/ruled') },
  ],
})
