/** An illustration: an arch, closed for anonymous visitors and open for signed-in users. */

const OPENING = 'M40 252V104a60 60 0 0 1 120 0v148z'

/** It is decorative, and therefore hidden from screen readers. */
export function Arch({ isOpen }: { isOpen: boolean }) {
  return (
    <svg class="arch" viewBox="0 0 200 300" width="200" height="300" aria-hidden="true">
      <path class="arch-stone" d="M20 252V104a80 80 0 0 1 160 0v148z" />
      {isOpen ? <OpenWings /> : <ClosedWings />}
      <path class="arch-step" d="M12 252h176v10H12z" />
      <path class="arch-step-low" d="M0 262h200v10H0z" />
      {isOpen && <path class="arch-spill" d="M40 252h120l36 48H4z" />}
    </svg>
  )
}

function OpenWings() {
  return (
    <>
      <path class="arch-light" d={OPENING} />
      <path class="arch-leaf" d="M40 252V104c0-22 10-38 24-48v188z" />
      <path class="arch-leaf" d="M160 252V104c0-22-10-38-24-48v188z" />
    </>
  )
}

function ClosedWings() {
  return (
    <>
      <path class="arch-leaf" d={OPENING} />
      <path
        class="arch-panel"
        d="M54 108a46 46 0 0 1 38-45v77H54zM146 108a46 46 0 0 0-38-45v77h38zM54 154h38v84H54zM108 154h38v84h-38z"
      />
      <path class="arch-seam" d="M100 44v208" />
      <circle class="arch-knob" cx="94" cy="168" r="3" />
      <circle class="arch-knob" cx="106" cy="168" r="3" />
    </>
  )
}
