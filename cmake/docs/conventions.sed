# Documents once, for the reference pages, what every component has.
s|^\( *\)using Options = |\1/** Type of the options. */ using Options = |
s|^\( *\)using Components = |\1/** Type of the parts. */ using Components = |
s|^\( *\)using Map = |\1/** Type of the map. */ using Map = |
s|^\( *\)using State = |\1/** Type of the state that is kept from frame to frame. */ using State = |
s|^\( *\)using Image = |\1/** Type of what is kept of a frame. */ using Image = |
s|^\( *\)\(\[\[nodiscard\]\] const [A-Za-z0-9]*\& options() const noexcept\)|\1/** The options that it was constructed with. */ \2|
s|^\( *\)friend bool operator==|\1/** Whether all members are equal. */ friend bool operator==|
