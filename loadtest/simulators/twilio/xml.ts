// Just enough XML for TwiML: elements, attributes, text, CDATA, comments, the five entities and numeric ones. Strict,
// because Twilio refuses a malformed document (error 12100) and a server under test must find that out here.

export interface XmlElement {
  name: string;
  attributes: Readonly<Record<string, string>>;
  children: XmlElement[];
  /** Own text, without that of the children. */
  text: string;
}

export class XmlError extends Error {
  override name = 'XmlError';
}

const NAME = /[A-Za-z_][\w.-]*/y;
const ATTRIBUTE = /\s+([A-Za-z_:][\w.:-]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Parses a whole document and returns its root element. Throws XmlError with the offset of the problem. */
export function parseXml(document: string): XmlElement {
  const source = document.replace(/^\uFEFF/, '');
  const open: XmlElement[] = [];
  let root: XmlElement | null = null;
  let at = 0;
  const fail = (problem: string): never => {
    throw new XmlError(`${problem} at character ${at}`);
  };
  const skipTo = (end: string, from: number): number => {
    const found = source.indexOf(end, from);
    return found < 0 ? fail(`missing ${end}`) : found + end.length;
  };
  while (at < source.length) {
    if (source[at] !== '<') {
      const end = source.indexOf('<', at);
      const text = source.slice(at, end < 0 ? source.length : end);
      if (open.length > 0) open[open.length - 1].text += decodeEntities(text, fail);
      else if (text.trim() !== '') fail('text outside the root element');
      at = end < 0 ? source.length : end;
    } else if (source.startsWith('<?', at)) {
      at = skipTo('?>', at);
    } else if (source.startsWith('<!--', at)) {
      at = skipTo('-->', at + 4);
    } else if (source.startsWith('<![CDATA[', at)) {
      if (open.length === 0) fail('CDATA outside the root element');
      const end = skipTo(']]>', at);
      open[open.length - 1].text += source.slice(at + 9, end - 3);
      at = end;
    } else if (source.startsWith('<!', at)) {
      fail('document types are not allowed');
    } else if (source.startsWith('</', at)) {
      NAME.lastIndex = at + 2;
      const name = NAME.exec(source)?.[0] ?? fail('bad closing tag');
      const element = open.pop();
      if (element?.name !== name) fail(`</${name}> closes nothing`);
      at = skipTo('>', at);
    } else {
      NAME.lastIndex = at + 1;
      const name = NAME.exec(source)?.[0] ?? fail('bad tag');
      at = NAME.lastIndex;
      const attributes: Record<string, string> = {};
      ATTRIBUTE.lastIndex = at;
      for (let match = ATTRIBUTE.exec(source); match; match = ATTRIBUTE.exec(source)) {
        if (match[1] in attributes) fail(`attribute ${match[1]} twice`);
        attributes[match[1]] = decodeEntities(match[2] ?? match[3], fail);
        at = ATTRIBUTE.lastIndex;
      }
      const close = /\s*(\/?)>/y;
      close.lastIndex = at;
      const closing = close.exec(source) ?? fail('bad attribute');
      at = close.lastIndex;
      const element: XmlElement = { name, attributes, children: [], text: '' };
      if (open.length > 0) open[open.length - 1].children.push(element);
      else if (root) fail('second root element');
      else root = element;
      if (closing[1] === '') open.push(element);
    }
  }
  if (open.length > 0) fail(`<${open[open.length - 1].name}> is not closed`);
  return root ?? fail('empty document');
}

function decodeEntities(text: string, fail: (problem: string) => never): string {
  return text.replace(/&([^;\s]*);?/g, (whole, name: string) => {
    const known = ENTITIES[name];
    if (known !== undefined && whole.endsWith(';')) return known;
    const code = /^#(?:x([0-9a-fA-F]+)|(\d+))$/.exec(name);
    if (!code || !whole.endsWith(';')) return fail(`bad entity ${whole}`);
    return String.fromCodePoint(code[1] ? Number.parseInt(code[1], 16) : Number(code[2]));
  });
}
