// Served on the stranger's site. It can send a request to the book, but not read the answer: what
// became of it is read from the list of refusals, which the book shows to everybody.
const main = document.querySelector('main')
const book = main.dataset.book
const list = document.querySelector('#refusals')
const state = document.querySelector('.log-state')

async function readRefusals() {
  return (await fetch(`${book}/refusals.json`)).json()
}

function show(refusals) {
  if (refusals.length === 0) say('Nothing yet.')
  list.replaceChildren(...refusals.map(toItem))
}

function toItem({ reason, method, path, refusedAt, refusedAtText }) {
  const item = document.createElement('li')
  const request = document.createElement('code')
  request.textContent = `${method} ${path}`
  const why = document.createElement('strong')
  why.textContent = reason
  const when = document.createElement('time')
  when.dateTime = new Date(refusedAt).toISOString()
  when.textContent = refusedAtText
  item.append(request, why, when)
  return item
}

function say(text) {
  state.textContent = text
}

function sayNothingCame() {
  say('The book does not answer.')
}

async function forge(form) {
  const [last] = await readRefusals()
  // The book lets no other site see its answer, so the browser calls even a refusal a failure.
  await fetch(form.action, {
    method: 'POST',
    mode: 'no-cors',
    credentials: 'include',
    body: new URLSearchParams(new FormData(form)),
  }).catch(() => {})
  for (let attempt = 0; attempt < 20; attempt++) {
    const refusals = await readRefusals()
    if (refusals[0] && refusals[0].refusedAt !== last?.refusedAt) {
      show(refusals)
      return 'Refused: it stands first in this list.'
    }
    // The book writes a refusal down after it has answered.
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return 'Sent, and not listed as refused. Look at the book.'
}

for (const form of document.querySelectorAll('[data-scripted]')) {
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    say('Sent with fetch…')
    forge(form).then(say, sayNothingCame)
  })
}

// Also when the visitor comes back from the page that refused a form.
addEventListener('pageshow', () => {
  readRefusals().then(show, sayNothingCame)
})
