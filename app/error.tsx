'use client'

import { PageCrash } from '#components/layout/page-crash.tsx'

export default PageCrash
