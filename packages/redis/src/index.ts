/**
 * Limen sessions in Redis, through the client that an app has already.
 *
 * @module
 */
export { redisStore } from './redis-store.ts'
export { redisTicketStore } from './ticket-store.ts'
export type { RedisStoreOptions } from './options.ts'
export type { IoRedis, KeysAndArguments, NodeRedis, RedisClient, UpstashRedis } from './client.ts'
