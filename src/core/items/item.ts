import type { ItemId, UnixMs } from '../base/ids.ts';
import type { Span } from './source.ts';

/** What the parsers find in the sources; what the tools work on. Plain data, JSON-safe. */
export type Item = Message | CalendarItem | TextDocument | Table;

export interface Address {
  /** Display name, or '' when there is none. */
  readonly name: string;
  /** Lowercase addr-spec (RFC 5322), or '' when unparsable. */
  readonly address: string;
}

export interface Message {
  readonly kind: 'message';
  readonly id: ItemId;
  /** The whole message in its source, headers included. */
  readonly span: Span;
  /** Message-ID without angle brackets, or a digest of the message when it has none. */
  readonly messageId: string;
  readonly inReplyTo: string | null;
  readonly references: readonly string[];
  readonly from: Address;
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  readonly subject: string;
  readonly sentAt: UnixMs | null;
  /** Decoded plain text (from HTML where that is all there is), quoted replies included, line ends \n. */
  readonly text: string;
  readonly attachments: readonly string[];
  /** Its headers say that no person sent it: an automatic reply, a notification (RFC 3834), bulk mail. */
  readonly automatic?: boolean;
}

/** One calendar object (RFC 5545): a master VEVENT with its overrides, or a lone VEVENT. */
export interface CalendarItem {
  readonly kind: 'event';
  readonly id: ItemId;
  /** First VEVENT of the object. */
  readonly span: Span;
  readonly uid: string;
  /** X-WR-CALNAME, else the file's name without extension. */
  readonly calendar: string;
  /** X-WR-CALDESC / X-OWNER / the organiser's address when the calendar says whose it is; else null. */
  readonly calendarOwner: string | null;
  readonly summary: string;
  readonly location: string;
  readonly description: string;
  readonly organizer: Address | null;
  readonly attendees: readonly Address[];
  readonly recurring: boolean;
  /** A VCALENDAR with the VTIMEZONEs this object needs, for the calendar port to expand. */
  readonly component: string;
  /** One span per VEVENT in `component`, in its order: [master, override, ...]. */
  readonly parts: readonly Span[];
}

export interface TextDocument {
  readonly kind: 'document';
  readonly id: ItemId;
  readonly span: Span;
  readonly title: string;
  /** The date the document gives itself (front matter, "Date:" line, metadata), else the file's; null when unknown. */
  readonly datedAt: UnixMs | null;
  readonly author: string;
  readonly blocks: readonly Block[];
}

export interface Block {
  readonly type: 'heading' | 'paragraph' | 'list-item' | 'quote' | 'code' | 'table-row';
  /** 1 to 6 for headings, nesting depth for list items, else 0. */
  readonly level: number;
  readonly text: string;
  /** Where the text stands. For PDF and docx, whose bytes are compressed, the whole file. */
  readonly span: Span;
  /** Page from 1 (PDF), else null. */
  readonly page: number | null;
}

export type ColumnType = 'number' | 'date' | 'text' | 'boolean';

export interface Table {
  readonly kind: 'table';
  readonly id: ItemId;
  readonly span: Span;
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: ColumnType; readonly unit: string }[];
  readonly rows: readonly TableRow[];
}

export interface TableRow {
  /** The cells as written, one per column. */
  readonly cells: readonly string[];
  readonly span: Span;
}
