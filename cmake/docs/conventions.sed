# Adds docstrings for the members that every component has, for the reference pages.
s|^\( *\)using Options = |\1/** Type of the options. */ using Options = |
s|^\( *\)using Components = |\1/** Type of the parts. */ using Components = |
s|^\( *\)using Map = |\1/** Type of the map. */ using Map = |
s|^\( *\)using State = |\1/** Type of the state that is kept from frame to frame. */ using State = |
s|^\( *\)using Image = |\1/** Type of the data kept of a frame. */ using Image = |
s|^\( *\)\(\[\[nodiscard\]\] const [A-Za-z0-9]*\& options() const noexcept\)|\1/** The options passed to the constructor. */ \2|
s|^\( *\)friend bool operator==|\1/** Whether all members are equal. */ friend bool operator==|
