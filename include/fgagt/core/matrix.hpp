#pragma once

#include <fgagt/core/detail/language.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cstddef>
#include <new>
#include <utility>
#include <vector>

namespace fgagt {

namespace detail {

/// Without Eigen's alignment. Eigen aligns memory for the widest available instructions, so translation units
/// compiled for different ones would free it in different ways.
inline constexpr int kMatrixStorage = int{Eigen::RowMajor} | int{Eigen::DontAlign};

/// Allocates memory at the start of a cache line, with the same functions in every translation unit. Eigen's
/// sums start where memory is aligned. Without a fixed alignment, their last bits would differ from run to
/// run.
template <class Scalar>
struct CacheLineAllocator {
    using value_type = Scalar; // NOLINT(readability-identifier-naming): the standard's name
    static constexpr std::align_val_t kAlignment{64};

    CacheLineAllocator() = default;
    template <class Other>
    CacheLineAllocator(const CacheLineAllocator<Other>&) noexcept {} // NOLINT(*-explicit-*)

    [[nodiscard]] Scalar* allocate(std::size_t count) {
        return static_cast<Scalar*>(::operator new(count * sizeof(Scalar), kAlignment));
    }
    void deallocate(Scalar* memory, std::size_t) noexcept { ::operator delete(memory, kAlignment); }

    friend bool operator==(CacheLineAllocator, CacheLineAllocator) noexcept { return true; }
};

/// Eigen's matrix of the same layout.
template <class Scalar>
using PlainMatrix = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic, kMatrixStorage>;

} // namespace detail

/// Row-major dense matrix, one row per object: a row is contiguous, as in `cv::Mat`.
///
/// It can be used wherever Eigen takes an expression. Unlike Eigen's own matrices, it keeps its memory when
/// its shape changes: once it has had its largest size, a matrix that is reused from frame to frame allocates
/// nothing.
template <class Scalar>
class MatrixOf : public Eigen::Map<detail::PlainMatrix<Scalar>> {
public:
    /// Eigen's matrix of the same layout.
    using Plain = detail::PlainMatrix<Scalar>;
    using Base = Eigen::Map<Plain>; ///< the expression it derives from
    using Index = Eigen::Index;     ///< index of rows and columns

    /// 0 x 0.
    MatrixOf() : Base(nullptr, 0, 0) {}
    /// [rows x columns] of zeros.
    MatrixOf(Index rows, Index columns) : MatrixOf() { resize(rows, columns); }
    /// The value of an Eigen expression.
    template <class Derived>
    MatrixOf(const Eigen::EigenBase<Derived>& expression) : MatrixOf() { // NOLINT(*-explicit-*)
        resize(expression.rows(), expression.cols());
        Base::operator=(expression.derived());
    }
    /// A copy of `other`, in its own memory.
    MatrixOf(const MatrixOf& other) : MatrixOf() { *this = other; }
    /// Leaves `other` 0 x 0.
    MatrixOf(MatrixOf&& other) noexcept : MatrixOf() { swap(other); }
    ~MatrixOf() = default;

    /// Allocates only if its memory is too small.
    MatrixOf& operator=(const MatrixOf& other) {
        if (this == &other) return *this;
        resize(other.rows(), other.cols());
        std::copy_n(other.data(), other.size(), this->data());
        return *this;
    }
    /// Swaps the two matrices.
    MatrixOf& operator=(MatrixOf&& other) noexcept {
        swap(other);
        return *this;
    }
    /// The expression may contain this matrix; if it does not, `noalias()` saves a copy.
    template <class Derived>
    MatrixOf& operator=(const Eigen::EigenBase<Derived>& expression) {
        MatrixOf result(expression);
        swap(result);
        return *this;
    }

    /// Resizes to [rows x columns]; the values are then unspecified.
    void resize(Index rows, Index columns) {
        const auto size = static_cast<std::size_t>(rows * columns);
        if (numbers_.size() < size) numbers_.resize(size);
        show(rows, columns);
    }
    // NOLINTBEGIN(readability-identifier-naming): the names are Eigen's
    using Base::setConstant;
    using Base::setIdentity;
    using Base::setZero;
    /// Resizes to [rows x columns], with every element set to `value`.
    MatrixOf& setConstant(Index rows, Index columns, Scalar value) {
        resize(rows, columns);
        std::fill_n(this->data(), this->size(), value);
        return *this;
    }
    /// Resizes to [rows x columns] of zeros.
    MatrixOf& setZero(Index rows, Index columns) { return setConstant(rows, columns, Scalar{0}); }
    /// Resizes to [rows x columns], with ones on the diagonal and zeros elsewhere.
    MatrixOf& setIdentity(Index rows, Index columns) {
        resize(rows, columns);
        Base::setIdentity();
        return *this;
    }
    // NOLINTEND(readability-identifier-naming)

    /// Swaps the two matrices and their memory.
    void swap(MatrixOf& other) noexcept {
        const Index rows = this->rows(), columns = this->cols();
        std::swap(numbers_, other.numbers_);
        show(other.rows(), other.cols());
        other.show(rows, columns);
    }
    /// Swaps two matrices and their memory.
    friend void swap(MatrixOf& a, MatrixOf& b) noexcept { a.swap(b); }

    /// Assigns expressions that do not contain this matrix, without an intermediate copy.
    class NoAlias {
    public:
        /// Assigns to `matrix`.
        explicit NoAlias(MatrixOf& matrix) : matrix_(matrix) {}
        /// Sets the matrix to the value of the expression.
        template <class Derived>
        void operator=(const Eigen::MatrixBase<Derived>& expression) { // NOLINT(*-operator*,*-assign*)
            matrix_.resize(expression.rows(), expression.cols());
            matrix_.Base::noalias() = expression;
        }
        /// Adds the expression, which must have the matrix's shape.
        template <class Derived>
        void operator+=(const Eigen::MatrixBase<Derived>& expression) {
            matrix_.Base::noalias() += expression;
        }

    private:
        MatrixOf& matrix_;
    };
    /// As Eigen's `noalias`, for `=` and `+=`.
    [[nodiscard]] NoAlias noalias() { return NoAlias(*this); }

private:
    /// Maps the expression to the first rows * columns numbers.
    void show(Index rows, Index columns) noexcept {
        new (static_cast<Base*>(this)) Base(numbers_.data(), rows, columns);
    }

    // As many as the largest size so far needed.
    std::vector<Scalar, detail::CacheLineAllocator<Scalar>> numbers_;
};
/// A single row of numbers.
template <class Scalar>
using RowOf = Eigen::Matrix<Scalar, 1, Eigen::Dynamic, detail::kMatrixStorage>;
/// Matrix of the trackers' scalar type.
using Matrix = MatrixOf<float>;

} // namespace fgagt
