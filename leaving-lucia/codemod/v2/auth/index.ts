export { auth as sessions, type Auth } from './lucia.ts'
