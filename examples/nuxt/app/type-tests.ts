/** The types of `useSession()`: vue-tsc checks this file, and nothing imports it. */
export async function typesInTheApp() {
  const { data, refresh } = await useSession()
  const name: string | undefined = data.value?.user.name
  const createdAt: string | undefined = data.value?.createdAt
  // @ts-expect-error: not an attribute of the user
  void data.value?.user.typo
  const { data: answer } = await useFetch('/api/data')
  // @ts-expect-error: not in the answer of that route
  void answer.value?.typo
  return [name, createdAt, answer.value?.who, refresh]
}
