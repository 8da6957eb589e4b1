/** One page for a signed-in visitor, over PostgreSQL, by several session libraries. */
import type { IncomingMessage, ServerResponse } from 'node:http'

/** A request listener of Node. */
type Listener = (request: IncomingMessage, response: ServerResponse) => unknown

/**
 * Opens an app over an empty database. `POST /sign-in?name=Ada` signs a new visitor in; `GET /`
 * greets a signed-in visitor by name, and responds with 401 to any other visitor.
 */
export type OpenPage = (databaseUrl: string) => Promise<Listener>

/** A page's file and export. */
export interface FoundPage {
  readonly name: string
  readonly file: string
  readonly as: string
}

/** How many connections each app opens to PostgreSQL. */
export const POOL = 10

/** The page of a signed-in visitor. */
export const greeting = (name: string): string => `<h1>Hello, ${name}</h1>`

/** The pages that are loaded, each in a process of its own. */
export const pages: readonly FoundPage[] = [
  { name: 'bare Hono, pg', file: 'bare-hono.ts', as: 'bareOverPg' },
  { name: 'bare Hono, postgres.js', file: 'bare-hono.ts', as: 'bareOverPostgresJs' },
  { name: 'Limen, pg', file: 'limen.ts', as: 'limenOverPg' },
  { name: 'Limen, postgres.js', file: 'limen.ts', as: 'limenOverPostgresJs' },
  { name: 'express-session, connect-pg-simple', file: 'express-session.ts', as: 'expressSession' },
  { name: 'better-auth, pg', file: 'better-auth.ts', as: 'betterAuthOverPg' },
]
