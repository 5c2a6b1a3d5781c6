# What every component has is documented here once, for the reference pages alone.
s|^\( *\)using Options = |\1/** What it is made with. */ using Options = |
s|^\( *\)using Components = |\1/** What it is made of. */ using Components = |
s|^\( *\)using Map = |\1/** What it reads or makes of a frame. */ using Map = |
s|^\( *\)using State = |\1/** What it keeps from frame to frame. */ using State = |
s|^\( *\)using Image = |\1/** What it keeps of a frame. */ using Image = |
s|^\( *\)\(\[\[nodiscard\]\] const [A-Za-z0-9]*\& options() const noexcept\)|\1/** What it was made with. */ \2|
s|^\( *\)friend bool operator==|\1/** Whether every member is equal. */ friend bool operator==|
