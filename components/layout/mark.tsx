/** The mark: a ring whose last quarter is raised out of it, which also makes a Q. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg aria-hidden="true" viewBox="0 0 32 32" className={className}>
      <path
        d="M28 13.6A12.2 12.2 0 1 0 13.6 28"
        fill="none"
        stroke="currentColor"
        strokeWidth="3.6"
        strokeLinecap="round"
      />
      <path d="M17.2 17.2h12.3a12.3 12.3 0 0 1-12.3 12.3z" fill="var(--primary)" />
    </svg>
  )
}
