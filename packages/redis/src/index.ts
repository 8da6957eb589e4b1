/**
 * Limen sessions in Redis, through the client that an app has already.
 *
 * @module
 */
export { redisStore } from './redis-store.ts'
export type { RedisStoreOptions } from './redis-store.ts'
export type { IoRedis, KeysAndArguments, NodeRedis, RedisClient, UpstashRedis } from './client.ts'
