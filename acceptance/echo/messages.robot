*** Settings ***
Documentation     Every message comes back exactly as it was sent.

Resource          ../resources/echo.resource

Suite Setup       Open Echo
Suite Teardown    Close Echo
Test Template     Message Should Come Back


*** Test Cases ***            MESSAGE
Plain Text                    Hello, world!
Nothing                       ${EMPTY}
Many Scripts                  naïve café – Straße – Ελλάδα – 日本語 – हिन्दी
Emoji                         👋🏽 👩‍👩‍👧‍👦 🇪🇺
Right To Left                 שלום world عربي
Blanks At Both Ends           ${SPACE * 3}three and two${SPACE * 2}
Only Blanks                   ${SPACE * 5}
Line Breaks                   \none\n\nthree\n
Tab                           before\tafter
Markup                        <b>bold</b> &amp; "quoted" &lt;
Hundred Kilobytes             ${{ '0123456789' * 10_000 }}
Hundred Kilobytes Of Emoji    ${{ '😀' * 25_000 }}
