/** The product's mark: the letter G drawn as a key, its bar the bit. */
export function Mark({ className = 'size-6' }: { className?: string }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" fill="none" className={`shrink-0 ${className}`}>
      <path
        d="M18.6 6.4A8.6 8.6 0 1 0 20.6 12H12m4.4 0v3.6M12.6 12v2.6"
        stroke="currentColor"
        strokeWidth="2.4"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  )
}
