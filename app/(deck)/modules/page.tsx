import type { Metadata } from 'next'
import { ModulesPage } from '#components/modules/modules-page.tsx'

export const metadata: Metadata = { title: 'Modules' }

export default ModulesPage
