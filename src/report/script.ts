/** The only script of the page: clicking the head of a column sorts a table. The page is readable without it. */
export const SCRIPT = `(()=>{const all=(s,r=document)=>[...r.querySelectorAll(s)];
for(const table of all('table.sortable'))all('.sort',table).forEach((button)=>button.addEventListener('click',()=>{
const head=button.closest('th'),index=head.cellIndex,up=head.getAttribute('aria-sort')!=='ascending';
all('th[aria-sort]',table).forEach((th)=>th.removeAttribute('aria-sort'));
head.setAttribute('aria-sort',up?'ascending':'descending');
const body=table.tBodies[0],value=(row)=>{const v=row.cells[index].dataset.v;return v===''?Infinity:+v};
[...body.rows].sort((a,b)=>{const x=value(a),y=value(b);return x===y?0:(x<y?-1:1)*(up?1:-1)}).forEach((row)=>body.append(row))}))})();`;

/** The source expression that lets a page's policy run exactly this script: `sha256-…` from the hash's hex digits. */
export function scriptSource(sha256Hex: string): string {
  const bytes = sha256Hex.match(/../g)!.map((pair) => Number.parseInt(pair, 16));
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a, b = 0, c = 0] = bytes.slice(i, i + 3);
    const word = (a! << 16) | (b << 8) | c;
    const left = bytes.length - i;
    text += DIGITS[word >> 18]! + DIGITS[(word >> 12) & 63]!;
    text += left > 1 ? DIGITS[(word >> 6) & 63]! : '=';
    text += left > 2 ? DIGITS[word & 63]! : '=';
  }
  return `sha256-${text}`;
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
