"""200 names that callers may send and nobody should have to fear.

Each is what stands between the quotes of a SIP display name; a quote in it is escaped there, as
SIP has it. NUL, CR and LF cannot be carried: a name with them is not SIP any more (RFC 3261, 25.1).
"""

SCRIPT = '"><script>window.pwned=1</script>'

_MARKUP = (
    SCRIPT,
    "<script>window.pwned=1</script>", "<script>window.pwned=1//",
    "<ScRiPt>window.pwned=1</sCrIpT>",
    "<img src=x onerror=window.pwned=1>", "<img/src=x/onerror=window.pwned=1>",
    "<svg onload=window.pwned=1>", "<svg/onload=window.pwned=1//", "<svg><script>window.pwned=1",
    "<body onload=window.pwned=1>", "<iframe src=javascript:window.pwned=1>",
    "<iframe srcdoc='<script>parent.pwned=1</script>'>", "<object data=javascript:pwned=1>",
    "<embed src=javascript:pwned=1>", "<a href=javascript:pwned=1>王</a>",
    "<input autofocus onfocus=window.pwned=1>", "<select autofocus onfocus=pwned=1>",
    "<textarea autofocus onfocus=pwned=1>", "<details open ontoggle=pwned=1>",
    "<video><source onerror=pwned=1>", "<audio src=x onerror=pwned=1>",
    "<marquee onstart=pwned=1>", "<math><mi//xlink:href=javascript:pwned=1>",
    "<link rel=stylesheet href=//evil.example/x.css>", "<style>*{display:none}</style>",
    "<style>@import'//evil.example/x.css'</style>", "<meta http-equiv=refresh content=0;//evil>",
    "<base href=//evil.example/>", "<form action=//evil.example><button>OK",
    "<script src=//evil.example/x.js></script>", "<img src=//evil.example/x.png>",
    "</title><script>pwned=1</script>", "</textarea><script>pwned=1</script>",
    "</script><script>pwned=1</script>", "</style><script>pwned=1</script>",
    "--><script>pwned=1</script>", "]]><script>pwned=1</script>", "<!--<img src=-->x onerror=1>",
    "<![CDATA[<script>pwned=1</script>]]>", "<?xml version=1.0?><script>pwned=1",
    "<template><script>pwned=1</script></template>", "<noscript><img src=x onerror=pwned=1>",
    "<x onclick=pwned=1 style=position:fixed;inset:0>x", "<table background=//evil.example/x>",
    "<button formaction=javascript:pwned=1>x", "<svg><animate onbegin=pwned=1 attributeName=x>",
    "<svg><a xlink:href=javascript:pwned=1><text>x", "<isindex action=javascript:pwned=1>",
    "<dialog open onclose=pwned=1>x", "<slot onslotchange=pwned=1>",
)  # fmt: skip
_ATTRIBUTES = (
    "' onmouseover='pwned=1", '" onmouseover="pwned=1', '" autofocus onfocus="pwned=1',
    "` onmouseover=`pwned=1", "' style='position:fixed", '"><b>bold</b>', "'><i>x</i>",
    "javascript:pwned=1", "JaVaScRiPt:pwned=1", "data:text/html,<script>pwned=1</script>",
    "vbscript:msgbox(1)", "&lt;script&gt;pwned=1&lt;/script&gt;", "&#60;script&#62;pwned=1",
    "&quot;&gt;&lt;img src=x onerror=pwned=1&gt;", "&amp;lt;b&amp;gt;", "%3Cscript%3Epwned=1",
    "%22%3E%3Cscript%3E", "\\u003cscript\\u003epwned=1", "\\x3cscript\\x3epwned=1",
    "+ADw-script+AD4-pwned=1+ADw-/script+AD4-",
)  # fmt: skip
_TEMPLATES = (
    "{{7*7}}", "{{constructor.constructor('pwned=1')()}}", "${7*7}", "${window.pwned=1}", "#{7*7}",
    "<%= 7*7 %>", "{%if 1%}x{%endif%}", "[[7*7]]", "*{7*7}", "@(7*7)", "{seconds}", "{count}",
    "{0}", "%s%s%s%n", "%d", "%(name)s", "${SHELL(id)}", "${EVAL(1)}", "$(id)", "`id`",
)  # fmt: skip
_CODE = (
    "'; DROP TABLE tickets; --", "' OR '1'='1", "1; SELECT pg_sleep(9)", "admin'--", "\\' OR 1=1",
    "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(1)", "=HYPERLINK(0)", "; rm -rf /",
    "| cat /etc/passwd",
    "& ping evil", "../../etc/passwd", "..\\..\\windows", "file:///etc/passwd", "//evil.example",
    "http://evil.example/", "C:\\con", "/dev/null", "__proto__", "constructor", "prototype",
    "toString", "hasOwnProperty", "null", "undefined", "NaN", "true", "false", "[object Object]",
    "0", "-1", "1e999", "0x41", "None", "[]", "{}", '{"type":"ready"}', '"},{"type":"closed"',
)  # fmt: skip
_SIP = (
    "<sip:110@evil.example>", "sip:110@evil.example", ";tag=evil", "a;b=c", "a,b", "a\\,b",
    "anonymous", "Anonymous", "Restricted", "110", "12345", "+8613800138000", "话务员 1001",
    "系统管理员", "班长", "管理员请点此签入",
)  # fmt: skip
_LETTERS = (
    "王\u202eneelcs\u202c", "\u202e\u202e\u202e市长", "王\u200b敏", "\u2066abc\u2069", "\ufeff王敏",
    "\u0301\u0302\u0303王", "Z" + "\u0351" * 40, "ﷺ" * 20, "𒐫" * 10,
    "👩‍👩‍👧‍👦👨🏽‍🚒🇨🇳", "\U0010ffff",
    "\ufffe", "\u2028line", "\u2029para", "\u00a0", "\u3000", " 王敏 ", "王\t敏", "ˑ̇", "𝓦𝓪𝓷𝓰",
    "\uff1cscript\uff1epwned=1\uff1c/script\uff1e", "\u2039script\u203a", "ＷＡＮＧ", "ſcript",
    "İ", "ß", "ǅ", "ಠ_ಠ", "ﾠ", "\u180e", "\u034f", "\U000e0041\U000e007f", "\ue000", "…" * 30,
    "王" * 27, "n" * 300, "<b>" * 60, "'" * 80, "\\\\" * 40,
)  # fmt: skip
_CONTROLS = tuple(f"王{chr(code)}敏" for code in (1, 7, 8, 11, 12, 27, 31, 127, 0x85, 0x9B))
_OCTETS: tuple[bytes, ...] = (
    "王敏".encode("gbk"), "王敏".encode("big5"), "Müller".encode("latin-1"), b"\xff\xfe\x80",
    b"\xc0\xbcscript\xc0\xbe", b"\xe0\x80\xbcscript", b"\xed\xa0\x80", b"\xf4\x90\x80\x80",
    b"\x1b[2J\x1b[31m",
)  # fmt: skip


def quoted(name: str | bytes) -> bytes:
    """As it stands between the quotes on the wire."""
    raw = name if isinstance(name, bytes) else name.encode("utf-8")
    return raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"')


NAMES: tuple[str | bytes, ...] = (
    *_MARKUP, *_ATTRIBUTES, *_TEMPLATES, *_CODE, *_SIP, *_LETTERS, *_CONTROLS, *_OCTETS,
)  # fmt: skip
UNSPEAKABLE = ("王\x00敏", "王\r敏", "王\nX-Evil: 1", "\r\n\r\n<script>pwned=1</script>")
"""What SIP itself cannot carry."""
