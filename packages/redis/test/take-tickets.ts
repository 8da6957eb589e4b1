/**
 * A process that takes tickets: `node take-tickets.ts <port> <prefix> <first id> …`. It prints the ids
 * of those that it received, a line each.
 *
 * It waits for a line on its input, so that several processes begin at once.
 */
import { once } from 'node:events'
import { Redis } from 'ioredis'
import { redisTicketStore } from '../src/index.ts'

const [port, prefix, ...ids] = process.argv.slice(2)
const client = new Redis({ port: Number(port) })
const store = redisTicketStore(client, { prefix })
await client.ping()
console.log('ready')
await once(process.stdin, 'data')
for (const id of ids) {
  if (await store.take(id)) console.log(id)
}
client.disconnect()
process.stdin.destroy()
