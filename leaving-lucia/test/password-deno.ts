import { verifyArgon2id } from '../src/argon2id-deno.ts'
import { fitting } from './password-check.ts'

console.log(JSON.stringify(await fitting(JSON.parse(Deno.args[0]!), verifyArgon2id)))
