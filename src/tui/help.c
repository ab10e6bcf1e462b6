/* tui/help.c - what the keys do */
#include "tui/help.h"

const char *iu_help_text(void)
{
	return "  Up Down j k        move           PgUp PgDn Home End g G    far\n"
	       "  Enter              the answer: why it cannot be bound, and what helps;\n"
	       "                     v there: details; on the head of a group: open, close\n"
	       "  f                  free it: shows the plan, asks, acts, checks\n"
	       "  w                  wait until it can be bound (w again: no more)\n"
	       "  c                  copy the command that answers it in a shell\n"
	       "  e                  export what is shown as JSON, into a new file here\n"
	       "  /                  filter: 8080 3000-3010 127.0.0.1 eth0 udp unix nginx;\n"
	       "                     Enter keeps it, Esc clears it, then the selection\n"
	       "  a  l  u            connections too; listeners only; this user only\n"
	       "  s  < >  r          sort: next column, the one beside it, the other way\n"
	       "  t                  tree by process, unit, container, port\n"
	       "  o                  freeze the order         Space Z    pause\n"
	       "  H                  what came and went       Ctrl-L     draw anew\n"
	       "  h ? F1             this help                q          quit\n"
	       "\n"
	       "  + new    - gone, shown some seconds longer    ~ changed\n"
	       "  ! trouble: the line below the table says which\n"
	       "  *          all addresses of IPv4 and IPv6     (name)  most likely that one\n"
	       "  3/128      of 128 connections that may wait to be accepted, 3 do\n"
	       "  ?          somebody has it, and may not be seen: sudo inuse top\n";
}
