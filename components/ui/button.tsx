import { cva, type VariantProps } from 'class-variance-authority'
import Link from 'next/link'
import type { ComponentProps } from 'react'
import { cn } from './cn.ts'

/** The looks of a button, for elements that are not one. */
export const buttonVariants = cva(
  'inline-flex shrink-0 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-md border font-medium text-sm transition-colors disabled:pointer-events-none disabled:opacity-50 aria-disabled:cursor-not-allowed aria-disabled:opacity-50 [&_svg]:pointer-events-none [&_svg]:size-4 [&_svg]:shrink-0',
  {
    variants: {
      variant: {
        primary: 'border-transparent bg-primary text-primary-foreground not-aria-disabled:hover:bg-primary-hover',
        secondary: 'border-input bg-card text-foreground shadow-panel not-aria-disabled:hover:bg-accent',
        ghost:
          'border-transparent text-muted-foreground not-aria-disabled:hover:bg-accent not-aria-disabled:hover:text-foreground',
        destructive:
          'border-transparent bg-destructive text-destructive-foreground not-aria-disabled:hover:bg-destructive-hover',
        link: 'h-auto! border-transparent px-0! text-primary-text underline-offset-4 not-aria-disabled:hover:underline',
      },
      size: {
        sm: 'h-7 px-2.5 text-xs [&_svg]:size-3.5',
        md: 'h-8 px-3 max-md:h-9',
        lg: 'h-10 px-4',
        icon: 'size-8 max-md:size-9',
        'icon-sm': 'size-7 [&_svg]:size-3.5',
      },
    },
    defaultVariants: { variant: 'secondary', size: 'md' },
  },
)

export type ButtonProps = ComponentProps<'button'> & VariantProps<typeof buttonVariants>

/** A button; of type `button` unless said otherwise. For one that may be refused with a reason use `ActionButton`. */
export function Button({ variant, size, className, type = 'button', ...props }: ButtonProps) {
  return <button type={type} className={cn(buttonVariants({ variant, size }), className)} {...props} />
}

export type ButtonLinkProps = ComponentProps<typeof Link> & VariantProps<typeof buttonVariants>

/** A link that looks like a button. */
export function ButtonLink({ variant, size, className, ...props }: ButtonLinkProps) {
  return <Link className={cn(buttonVariants({ variant, size }), className)} {...props} />
}
