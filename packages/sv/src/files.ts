/** The files that the add-on creates, in TypeScript or JavaScript. */

/** The languages of a project. */
export type Language = 'js' | 'ts'

/** The module that creates `auth`. */
export function authModule(language: Language): string {
  const [store, inferred] =
    language === 'ts'
      ? ['store: sqlStore<{ name: string }>(nodeSqlite(db))', '']
      : [
          'store',
          `
/** @type {import('@limen/core').Store<{ name: string }, object>} */
const store = sqlStore(nodeSqlite(db));
`,
        ]
  return `/// <reference types="node" />
import { DatabaseSync } from 'node:sqlite';
import { limen } from '@limen/core';
import { migrations, nodeSqlite, sqlStore } from '@limen/sql';

const db = new DatabaseSync('app.db');

for (const statement of migrations('sqlite')) db.exec(statement);
${inferred}
export const auth = limen({
	${store},
	getUserAttributes: ({ name }) => ({ name })
});
`
}

/** The actions of the demo. */
export function demoActions(lib: string, language: Language): string {
  const isTypeScript = language === 'ts'
  const types = isTypeScript ? "import type { Actions, PageServerLoad } from './$types';\n" : ''
  const load = isTypeScript
    ? 'export const load: PageServerLoad ='
    : "/** @type {import('./$types').PageServerLoad} */\nexport const load ="
  const actions = isTypeScript
    ? 'export const actions: Actions ='
    : "/** @type {import('./$types').Actions} */\nexport const actions ="
  return `import { fail, redirect } from '@sveltejs/kit';
import { auth } from '${lib}';
${types}
${load} async ({ locals }) => {
	const session = await locals.auth.validate();

	return { name: session?.user.name };
};

${actions} {
	// Each visitor gets an account. Before you publish the app, check who signs in.
	async signUp({ locals, request }) {
		const name = (await request.formData()).get('name');
		if (typeof name !== 'string' || name === '') return fail(400, { message: 'Write your name' });

		const { userId } = await auth.createUser({ attributes: { name } });
		locals.auth.setSession(await auth.createSession({ userId }));

		redirect(303, '/demo/limen');
	},

	async signOut({ locals }) {
		const session = await locals.auth.validate();
		if (session) await auth.invalidateSession(session.sessionId);
		locals.auth.setSession(null);

		redirect(303, '/demo/limen');
	}
};
`
}

/** The page of the demo. */
export function demoPage(language: Language): string {
  const script = language === 'ts' ? '<script lang="ts">' : '<script>'
  return `${script}
	import { enhance } from '$app/forms';

	let { data, form } = $props();
</script>

{#if data.name}
	<p>Hello {data.name}</p>
	<form method="post" action="?/signOut" use:enhance>
		<button>Sign out</button>
	</form>
{:else}
	<form method="post" action="?/signUp" use:enhance>
		<label>Name <input name="name" required /></label>
		<button>Sign up</button>
	</form>
	{#if form?.message}<p>{form.message}</p>{/if}
{/if}
`
}
