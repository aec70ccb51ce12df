/** Holds the room of the rows of a table that are not drawn, so that it scrolls as if they were. */
export function RowGap({ px }: { px: number }) {
  if (px <= 0) return null
  return (
    <tr aria-hidden>
      <td style={{ height: px }} className="p-0 leading-none">
        &nbsp;
      </td>
    </tr>
  )
}
