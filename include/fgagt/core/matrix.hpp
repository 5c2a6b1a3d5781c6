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

/// Where Eigen aligns memory for the widest instructions, translation units compiled for different ones would
/// free it in different ways.
inline constexpr int kMatrixStorage = int{Eigen::RowMajor} | int{Eigen::DontAlign};

/// Memory that begins with a cache line, by the same functions in every translation unit. Eigen's sums begin
/// where memory is aligned: without a fixed place for that, their last bits would differ from run to run.
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
/// Wherever Eigen takes an expression it is one. Other than Eigen's own matrices it keeps its memory when its
/// shape changes: one that is reused from frame to frame allocates nothing once it was at its largest.
template <class Scalar>
class MatrixOf : public Eigen::Map<detail::PlainMatrix<Scalar>> {
public:
    /// Eigen's matrix of the same layout.
    using Plain = detail::PlainMatrix<Scalar>;
    using Base = Eigen::Map<Plain>; ///< the expression that it is
    using Index = Eigen::Index;     ///< of rows and columns

    /// 0 x 0.
    MatrixOf() : Base(nullptr, 0, 0) {}
    /// [rows x columns] of zeros.
    MatrixOf(Index rows, Index columns) : MatrixOf() { resize(rows, columns); }
    /// What an expression of Eigen's comes to.
    template <class Derived>
    MatrixOf(const Eigen::EigenBase<Derived>& expression) : MatrixOf() { // NOLINT(*-explicit-*)
        resize(expression.rows(), expression.cols());
        Base::operator=(expression.derived());
    }
    /// As many numbers as `other` shows, in memory of its own.
    MatrixOf(const MatrixOf& other) : MatrixOf() { *this = other; }
    /// Leaves `other` 0 x 0.
    MatrixOf(MatrixOf&& other) noexcept : MatrixOf() { swap(other); }
    ~MatrixOf() = default;

    /// Takes new memory only where it has too little.
    MatrixOf& operator=(const MatrixOf& other) {
        if (this == &other) return *this;
        resize(other.rows(), other.cols());
        std::copy_n(other.data(), other.size(), this->data());
        return *this;
    }
    /// The two change places.
    MatrixOf& operator=(MatrixOf&& other) noexcept {
        swap(other);
        return *this;
    }
    /// The expression may contain this matrix; where it does not, `noalias()` spares a copy.
    template <class Derived>
    MatrixOf& operator=(const Eigen::EigenBase<Derived>& expression) {
        MatrixOf result(expression);
        swap(result);
        return *this;
    }

    /// Becomes [rows x columns]; what the numbers are then is not said.
    void resize(Index rows, Index columns) {
        const auto size = static_cast<std::size_t>(rows * columns);
        if (numbers_.size() < size) numbers_.resize(size);
        show(rows, columns);
    }
    // NOLINTBEGIN(readability-identifier-naming): the names are Eigen's
    using Base::setConstant;
    using Base::setIdentity;
    using Base::setZero;
    /// Becomes [rows x columns] of one number.
    MatrixOf& setConstant(Index rows, Index columns, Scalar value) {
        resize(rows, columns);
        std::fill_n(this->data(), this->size(), value);
        return *this;
    }
    /// Becomes [rows x columns] of zeros.
    MatrixOf& setZero(Index rows, Index columns) { return setConstant(rows, columns, Scalar{0}); }
    /// Becomes [rows x columns] with ones on the diagonal.
    MatrixOf& setIdentity(Index rows, Index columns) {
        resize(rows, columns);
        Base::setIdentity();
        return *this;
    }
    // NOLINTEND(readability-identifier-naming)

    /// The two change places, and so does their memory.
    void swap(MatrixOf& other) noexcept {
        const Index rows = this->rows(), columns = this->cols();
        std::swap(numbers_, other.numbers_);
        show(other.rows(), other.cols());
        other.show(rows, columns);
    }
    /// The same.
    friend void swap(MatrixOf& a, MatrixOf& b) noexcept { a.swap(b); }

    /// To assign to without a copy in between, what does not contain this matrix.
    class NoAlias {
    public:
        /// Of the matrix that is assigned to.
        explicit NoAlias(MatrixOf& matrix) : matrix_(matrix) {}
        /// The matrix becomes what the expression comes to.
        template <class Derived>
        void operator=(const Eigen::MatrixBase<Derived>& expression) { // NOLINT(*-operator*,*-assign*)
            matrix_.resize(expression.rows(), expression.cols());
            matrix_.Base::noalias() = expression;
        }
        /// Adds the expression, which is of the matrix's shape.
        template <class Derived>
        void operator+=(const Eigen::MatrixBase<Derived>& expression) {
            matrix_.Base::noalias() += expression;
        }

    private:
        MatrixOf& matrix_;
    };
    /// As Eigen's, for `=` and `+=`.
    [[nodiscard]] NoAlias noalias() { return NoAlias(*this); }

private:
    /// Lets the expression be of the first numbers.
    void show(Index rows, Index columns) noexcept {
        new (static_cast<Base*>(this)) Base(numbers_.data(), rows, columns);
    }

    std::vector<Scalar, detail::CacheLineAllocator<Scalar>> numbers_; // as many as it had at most
};
/// A single row of numbers.
template <class Scalar>
using RowOf = Eigen::Matrix<Scalar, 1, Eigen::Dynamic, detail::kMatrixStorage>;
/// Matrix of the scalar that trackers work in.
using Matrix = MatrixOf<float>;

} // namespace fgagt
