/** A text as HTML that shows it. Without a bare `>` it cannot end a CDATA section of XML either. */
export const asHtml = (text: string) =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
