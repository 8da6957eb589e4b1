import { equal } from 'node:assert/strict'
import { Visitor, describeApp, idleVisitor, isNobodysElse, renews } from 'driver'

describeApp({
  name: 'Nitro 3',
  folder: import.meta.dirname,
  dev: ['nitro', 'dev', '--port', '{port}'],
  build: ['nitro', 'build'],
  production: ['node', '.output/server/index.mjs'],
  ownCases: [
    { name: 'a route under a rule `swr`', run: (world) => isNobodysElse(world, '/swr') },
    {
      name: 'a cached handler and a rule `swr` are anonymous for all',
      async run(world) {
        const { visitor } = await idleVisitor(world)
        for (const path of ['/cached', '/swr']) {
          equal((await visitor.get(path)).who, 'anonymous')
          equal((await new Visitor(world.port).get(path)).who, 'anonymous')
        }
      },
    },
    { name: 'a rule `headers` that says public', run: (world) => renews(world, '/ruled') },
  ],
})
