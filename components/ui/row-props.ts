/** What `useListKeys` needs of a row, a card or a cell: where it is in the list, and whether the keyboard is on it. */
export function listRowProps(index: number, isActive: boolean) {
  return { 'data-list-row': index, 'data-active': isActive || undefined }
}

/** What `useWindowRows` needs of a row beside `ref={measure}`; the head of the table is its first row. */
export function windowRowProps(index: number) {
  return { 'data-index': index, 'aria-rowindex': index + 2 }
}
