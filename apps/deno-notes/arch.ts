/** Illustrations: an arch, closed for anonymous visitors and open for signed-in users. */
import { type Html, trusted } from './html.ts'

const opening = 'M40 252V104a60 60 0 0 1 120 0v148z'
const step = '<path class="step" d="M12 252h176v10H12z"/><path class="stone" d="M0 262h200v10H0z"/>'
const stone = '<path class="stone" d="M20 252V104a80 80 0 0 1 160 0v148z"/>'

/** For anonymous visitors. */
export const closedArch = arch(`<path class="leaf" d="${opening}"/>
  <path class="panel" d="M54 108a46 46 0 0 1 38-45v77H54zM146 108a46 46 0 0 0-38-45v77h38zM54
  154h38v84H54zM108 154h38v84h-38zM100 44v208"/>
  <circle class="knob" cx="94" cy="168" r="3"/><circle class="knob" cx="106" cy="168" r="3"/>${step}`)

/** For signed-in users. */
export const openArch = arch(`<path class="light" d="${opening}"/>
  <path class="leaf" d="M40 252V104c0-22 10-38 24-48v188zM160 252V104c0-22-10-38-24-48v188z"/>
  ${step}<path class="spill" d="M40 252h120l36 48H4z"/>`)

/** The logo in the header. */
export const mark = trusted(
  `<svg viewBox="0 0 20 24" width="20" height="24" aria-hidden="true">
    <path class="arch" d="M2 22V10a8 8 0 0 1 16 0v12z"/><path class="sill" d="M0 22h20v2H0z"/></svg>`,
)

/** The favicon. */
export const icon =
  'data:image/svg+xml,' +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">' +
      '<path fill="#1d5148" d="M6 28V14a10 10 0 0 1 20 0v14z"/>' +
      '<path fill="#ffe9b8" d="M16 7a7 7 0 0 1 7 7v14h-7z"/>' +
      '<path fill="#b08a45" d="M2 28h28v2H2z"/></svg>',
  )

/** It is decorative, and therefore hidden from screen readers. */
function arch(inside: string): Html {
  return trusted(
    `<svg class="illustration" viewBox="0 0 200 300" width="200" height="300" aria-hidden="true">
      ${stone}${inside}</svg>`,
  )
}
