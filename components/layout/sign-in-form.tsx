'use client'

import { CircleAlert } from 'lucide-react'
import { type FormEvent, useRef, useState } from 'react'
import { Button } from '../ui/button.tsx'
import { Field } from '../ui/field.tsx'
import { formatDuration } from '../ui/format.ts'
import { Input } from '../ui/input.tsx'
import { PasswordInput } from '../ui/password-input.tsx'

async function signIn(email: string, password: string): Promise<string | null> {
  let answer: Response
  try {
    answer = await fetch('/api/auth/sign-in/email', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password }),
    })
  } catch {
    return 'The control center did not answer. Check that it runs and that this machine can reach it.'
  }
  return answer.ok ? null : describeRefusal(answer)
}

function describeRefusal(answer: Response): string {
  if (answer.status === 429) {
    const header = answer.headers.get('retry-after') ?? answer.headers.get('x-retry-after')
    const seconds = Number(header)
    const wait = header && seconds > 0 ? `in ${formatDuration(seconds * 1_000)}` : 'in a minute'
    return `Too many tries. You can try again ${wait}.`
  }
  if (answer.status >= 500) return 'The control center could not check this now. Try again in a moment.'
  return 'This email and password do not belong together. Check both; an admin can set a new password.'
}

function textOf(fields: FormData, name: string): string {
  const value = fields.get(name)
  return typeof value === 'string' ? value : ''
}

/** Email and password; what is wrong is said beside them and what was typed stays. */
export function SignInForm({ returnTo }: { returnTo: string }) {
  const password = useRef<HTMLInputElement>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const [pending, setPending] = useState(false)
  const [isVisible, setVisible] = useState(false)

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const fields = new FormData(event.currentTarget)
    setPending(true)
    setFailure(null)
    const refused = await signIn(textOf(fields, 'email').trim(), textOf(fields, 'password'))
    if (refused === null) {
      window.location.assign(returnTo)
      return
    }
    setPending(false)
    setFailure(refused)
    password.current?.focus()
    password.current?.select()
  }

  return (
    <form onSubmit={event => void submit(event)} className="grid gap-4" method="post">
      <Field label="Email">
        {control => (
          <Input {...control} name="email" type="email" autoComplete="username" required autoFocus maxLength={200} />
        )}
      </Field>
      <Field label="Password">
        {control => (
          <PasswordInput
            {...control}
            ref={password}
            isVisible={isVisible}
            onVisibleChange={setVisible}
            name="password"
            autoComplete="current-password"
            required
          />
        )}
      </Field>
      {failure ? (
        <p role="alert" className="flex gap-2 rounded-md border border-bad-line bg-bad-soft px-2.5 py-2 text-bad-text">
          <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
          {failure}
        </p>
      ) : null}
      <Button type="submit" variant="primary" size="lg" aria-busy={pending} disabled={pending}>
        {pending ? 'Signing in' : 'Sign in'}
      </Button>
    </form>
  )
}
