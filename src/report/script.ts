/**
 * The only script of the page. Clicking the head of a column sorts a table; a slider moves a topology through time; a
 * link opens the part that it leads to, and paper gets all of them. The page is readable without it.
 */
export const SCRIPT = `(()=>{const all=(s,r=document)=>[...r.querySelectorAll(s)];
for(const table of all('table.sortable'))all('.sort',table).forEach((button)=>button.addEventListener('click',()=>{
const head=button.closest('th'),index=head.cellIndex,up=head.getAttribute('aria-sort')!=='ascending';
all('th[aria-sort]',table).forEach((th)=>th.removeAttribute('aria-sort'));
head.setAttribute('aria-sort',up?'ascending':'descending');
const body=table.tBodies[0],value=(row)=>{const v=row.cells[index].dataset.v;return v===''?Infinity:+v};
[...body.rows].sort((a,b)=>{const x=value(a),y=value(b);return x===y?0:(x<y?-1:1)*(up?1:-1)}).forEach((row)=>body.append(row))}));
const frames=(text)=>text.split(' ').map((runs)=>runs.replace(/(.)\\*(\\d+),/g,(_,c,n)=>c.repeat(+n)));
for(const part of all('.scrub')){const d=part.dataset,own=+d.at,states=frames(d.states),busy=frames(d.busy),flows=frames(d.flows),
lead=part.querySelector('figure.lead'),head=lead.querySelector('h3'),title=head.innerHTML,input=document.createElement('input');
Object.assign(input,{type:'range',min:0,max:d.count-1,value:own});input.setAttribute('aria-label','Time of the topology');
head.after(input);input.addEventListener('input',()=>{const at=+input.value,words='At '+Math.round(at*d.step*1e6)/1e6+' s';
if(at===own)head.innerHTML=title;else head.textContent=words;input.setAttribute('aria-valuetext',words);
lead.classList.toggle('moved',at!==own);
for(const svg of all('svg',lead)){all('.tn',svg).forEach((g,i)=>{g.dataset.s=states[i][at];const bar=g.querySelector('.bar');
if(bar&&busy[i][at]!=='-')bar.setAttribute('width',(g.querySelector('rect').getAttribute('width')-16)*busy[i][at]/9)});
all('.te path',svg).forEach((line,i)=>{const f=flows[i][at],r=f>='a',n=f==='-'?0:r?f.charCodeAt(0)-97:+f;
line.setAttribute('stroke-width',f==='-'?.7:.9+n/9*4.2);line.setAttribute('stroke',r?'var(--failing)':'var(--ok)');
r?line.setAttribute('stroke-dasharray','3 2.4'):line.removeAttribute('stroke-dasharray')})}})}
const open=()=>{let part=location.hash&&document.getElementById(location.hash.slice(1));part=part&&part.querySelector('details.fold');if(part)part.open=true};
addEventListener('hashchange',open);open();
addEventListener('beforeprint',()=>all('details.fold').forEach((part)=>{part.open=true}))})();`;

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
