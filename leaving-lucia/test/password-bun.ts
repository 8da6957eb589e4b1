import { verifyArgon2id } from '../src/argon2id-workers.ts'
import { fitting } from './password-check.ts'

console.log(JSON.stringify(await fitting(JSON.parse(process.argv[2]!), verifyArgon2id)))
