/* captures/formats-text.h - the formats of pasted text: one reader each */
#ifndef IU_CAPTURES_FORMATS_TEXT_H
#define IU_CAPTURES_FORMATS_TEXT_H

#include "captures/capture-out.h"

/*
 * A reader looks at the lines from @at on. Where they begin what it knows, it reads on as far as
 * that goes, adds what it found to @out, and returns how many lines that were. 0: not its own.
 * IU_E_NOMEM. It goes by shape: words are translated on other people's machines.
 */
typedef int iu_capture_reader(
	const struct iu_lines *lines, size_t at, struct iu_capture_out *out);

iu_capture_reader iu_capture_netstat_windows; /* netstat -ano, -anob, -anoq, -an */
iu_capture_reader iu_capture_tasklist_csv;    /* tasklist /fo csv, /svc /fo csv */
iu_capture_reader iu_capture_tasklist;        /* tasklist, tasklist /svc */
iu_capture_reader iu_capture_tasklist_rows;  /* … | findstr */
iu_capture_reader iu_capture_currports;      /* CurrPorts */
iu_capture_reader iu_capture_exclusions;      /* netsh int ipv4 show excludedportrange */
iu_capture_reader iu_capture_exclusion_rows; /* … its rows alone */
iu_capture_reader iu_capture_dynamic;         /* netsh int ipv4 show dynamicport */
iu_capture_reader iu_capture_http_state;      /* netsh http show servicestate */
iu_capture_reader iu_capture_http_urlacl;     /* netsh http show urlacl */
iu_capture_reader iu_capture_http_iplisten;   /* netsh http show iplisten */
iu_capture_reader iu_capture_port_proxy;      /* netsh interface portproxy show all */
iu_capture_reader iu_capture_registry;        /* reg query and .reg files of three keys */
iu_capture_reader iu_capture_service_control; /* sc queryex, sc query, sc qc */
iu_capture_reader iu_capture_powershell;      /* Get-NetTCPConnection, a table */
iu_capture_reader iu_capture_powershell_list; /* … | Format-List */
iu_capture_reader iu_capture_get_process;     /* Get-Process */
iu_capture_reader iu_capture_powershell_nothing; /* … that found nothing */
iu_capture_reader iu_capture_powershell_csv;  /* … | ConvertTo-Csv */
iu_capture_reader iu_capture_event_xml;       /* wevtutil, Event Viewer */
iu_capture_reader iu_capture_event_text;      /* Event Viewer's text */
iu_capture_reader iu_capture_event_line;      /* … in one line, or its message alone */
iu_capture_reader iu_capture_ss;              /* ss */
iu_capture_reader iu_capture_netstat_bsd;    /* netstat -an, -anv of macOS and BSD */
iu_capture_reader iu_capture_netstat_linux;   /* netstat -tulpn, -anp */
iu_capture_reader iu_capture_lsof;            /* lsof -i, -U */
iu_capture_reader iu_capture_fuser;           /* fuser 80/tcp, fuser -v */
iu_capture_reader iu_capture_list_sockets;    /* systemctl list-sockets */
iu_capture_reader iu_capture_containers;      /* docker ps, podman ps */
iu_capture_reader iu_capture_kubectl;         /* kubectl get svc */
iu_capture_reader iu_capture_proc_net;        /* /proc/net/{tcp,tcp6,udp,udp6,unix} */

/**
 * iu_capture_text() - reads everything in a text that has the shape of a capture
 * @text: @len foreign bytes of any encoding, several captures and other lines among them
 * @ret_lines: receives how many lines belonged to a capture; may be NULL
 * Returns: 0, IU_E_LIMIT: too many lines, IU_E_NOMEM.
 */
int iu_capture_text(
	const char *text, size_t len, struct iu_capture_out *out, size_t *ret_lines);

/**
 * iu_capture_inside() - rows that stand in a sentence: in marks of code, or from a protocol's word on
 * Returns: 1: there was one, 0, IU_E_NOMEM.
 */
int iu_capture_inside(struct iu_span line, struct iu_capture_out *out);

/** iu_capture_is_refused() - a command says in place of its list that it may not show it. */
bool iu_capture_is_refused(const char *text, size_t len);

/** iu_capture_refusal() - why a text in which nothing was found is no capture. Static. */
const char *iu_capture_refusal(const char *text, size_t len);

#endif
