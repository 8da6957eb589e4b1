/** The door of the house: closed to strangers, open to those who are signed in. */

const ARCH = 'M40 252V104a60 60 0 0 1 120 0v148z'

/** A drawing, and nothing that a screen reader need speak of. */
export function Door({ isOpen }: { isOpen: boolean }) {
  return (
    <svg class="door" viewBox="0 0 200 300" width="200" height="300" aria-hidden="true">
      <path class="door-stone" d="M20 252V104a80 80 0 0 1 160 0v148z" />
      {isOpen ? <OpenLeaves /> : <ClosedLeaves />}
      <path class="door-step" d="M12 252h176v10H12z" />
      <path class="door-step-low" d="M0 262h200v10H0z" />
      {isOpen && <path class="door-spill" d="M40 252h120l36 48H4z" />}
    </svg>
  )
}

function OpenLeaves() {
  return (
    <>
      <path class="door-light" d={ARCH} />
      <path class="door-leaf" d="M40 252V104c0-22 10-38 24-48v188z" />
      <path class="door-leaf" d="M160 252V104c0-22-10-38-24-48v188z" />
    </>
  )
}

function ClosedLeaves() {
  return (
    <>
      <path class="door-leaf" d={ARCH} />
      <path
        class="door-panel"
        d="M54 108a46 46 0 0 1 38-45v77H54zM146 108a46 46 0 0 0-38-45v77h38zM54 154h38v84H54zM108 154h38v84h-38z"
      />
      <path class="door-seam" d="M100 44v208" />
      <circle class="door-knob" cx="94" cy="168" r="3" />
      <circle class="door-knob" cx="106" cy="168" r="3" />
    </>
  )
}
